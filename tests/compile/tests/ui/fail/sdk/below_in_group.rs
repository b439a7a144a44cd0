//! annotation-below-tool

use mcp_scopes::{mcp_tool, mcp_tools};
use mcp_scopes_foreign_attribute::{rewriting_tool as tool, tool_router};

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
