//! annotation-below-tool

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{tool, tool_router};

#[derive(Clone)]
struct FileServer;

#[mcp_tools]
#[tool_router]
impl FileServer {
    #[tool(description = "Read a file")]
    #[mcp_tool(scope = "files:read", risk = "low")]
    async fn read_file(&self) -> String {
        String::new()
    }
}

fn main() {}
