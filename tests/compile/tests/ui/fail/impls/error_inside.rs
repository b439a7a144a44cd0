//! missing-risk

use mcp_scopes::{mcp_tool, mcp_tools, scope_table};

struct FileServer;

// The table reports no further error.
#[mcp_tools]
impl FileServer {
    #[mcp_tool]
    fn read_file(&self) {}

    #[mcp_tool(risk = "low")]
    fn list_files(&self) {}
}

scope_table! {
    static TOOLS = [FileServer::*];
}

fn main() {}
