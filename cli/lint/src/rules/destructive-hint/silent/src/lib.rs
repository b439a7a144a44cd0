//! A fixture of the rule `destructive-hint`: it is silent.

use mcp_scopes::{mcp_tool, mcp_tools, scope_table};
use rmcp::{tool, tool_router};

/// Serves files.
#[derive(Debug)]
pub struct Server;

#[mcp_tools]
#[tool_router]
impl Server {
    /// List files
    #[mcp_tool(scope = "files:read", risk = "low")]
    #[tool(annotations(destructive_hint = false))]
    pub async fn list_files(&self) {}

    /// Delete a file
    #[mcp_tool(scope = "files:delete", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    pub async fn delete_file(&self) {}

    /// Read a file
    #[mcp_tool(scope = "files:read", risk = "low")]
    #[tool]
    pub async fn read_file(&self) {}
}

scope_table! {
    /// Everything.
    pub static TOOLS = [Server::*];
}
