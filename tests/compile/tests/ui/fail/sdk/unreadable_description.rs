//! unreadable-text

use mcp_scopes::mcp_tool;
use mcp_scopes_foreign_attribute::{tool, tool_router};


const TEXT: &str = "Read a file";

#[derive(Clone)]
struct FileServer;

#[tool_router]
impl FileServer {
    #[mcp_tool(risk = "low")]
    #[tool(description = TEXT)]
    async fn read_file(&self) -> String {
        String::new()
    }
}

fn main() {}
