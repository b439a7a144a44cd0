//! unreadable-text

use mcp_scopes::mcp_tool;
use rmcp::{tool, tool_router};


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
