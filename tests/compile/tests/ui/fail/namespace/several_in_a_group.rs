//! outside-namespace, unknown-group-tool

use mcp_scopes::{mcp_tool, mcp_tools, scope_table};

struct Server;

#[mcp_tools]
impl Server {
    #[mcp_tool(scope = "files:read", risk = "low", grouped_with("wite_file"))]
    fn read_file(&self) {}

    #[mcp_tool(scope = "files:write", risk = "medium")]
    fn write_file(&self) {}
}

scope_table! {
    static TOOLS = [Server::*] with "namespace.toml";
}

fn main() {}
