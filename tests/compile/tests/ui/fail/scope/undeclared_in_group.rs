//! undeclared-scope

use mcp_scopes::{mcp_tool, mcp_tools, scope_table};

struct FileServer;

#[mcp_tools]
impl FileServer {
    #[mcp_tool(scope = "files:read", risk = "low")]
    fn read_file(&self) {}

    #[mcp_tool(scope = "files:writ", risk = "medium")]
    fn write_file(&self) {}
}

scope_table! {
    static TOOLS = [FileServer::*] with "declared.toml";
}

fn main() {}
