//! conflicting-name

use mcp_scopes::mcp_tool;
use mcp_scopes_foreign_attribute::{tool, tool_router};


#[derive(Clone)]
struct FileServer;

#[tool_router]
impl FileServer {
    #[mcp_tool(name = "read", risk = "low")]
    #[tool(name = "read_file", description = "Read a file")]
    async fn read_file(&self) -> String {
        String::new()
    }
}

fn main() {}
