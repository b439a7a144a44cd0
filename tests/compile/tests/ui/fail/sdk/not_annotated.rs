//! unannotated-tool

use mcp_scopes::{mcp_tool, mcp_tools};
use mcp_scopes_foreign_attribute::{tool, tool_router};


#[derive(Clone)]
struct FileServer;

#[mcp_tools]
#[tool_router]
impl FileServer {
    #[mcp_tool(scope = "files:read", risk = "low")]
    #[tool(description = "Read a file")]
    async fn read_file(&self) -> String {
        String::new()
    }

    #[tool(description = "Delete a file")]
    async fn delete_file(&self) -> String {
        String::new()
    }
}

fn main() {}
