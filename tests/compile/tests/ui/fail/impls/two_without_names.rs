//! (rustc)

use mcp_scopes::{mcp_tool, mcp_tools};


struct FileServer;

#[mcp_tools]
impl FileServer {
    #[mcp_tool(risk = "low")]
    fn read_file(&self) {}
}

#[mcp_tools]
impl FileServer {
    #[mcp_tool(risk = "low")]
    fn write_file(&self) {}
}

fn main() {}
