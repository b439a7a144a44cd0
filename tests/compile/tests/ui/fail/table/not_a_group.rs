//! (rustc)

use mcp_scopes::{mcp_tool, scope_table};


struct FileServer;

impl FileServer {
    #[mcp_tool(risk = "low")]
    fn read_file(&self) {}
}

scope_table! {
    static TOOLS = [FileServer::*];
}

fn main() {
    FileServer.read_file();
}
