//! A fixture of the rule `destructive-hint`: it fires.

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
    #[tool(annotations(destructive_hint = true))]
    pub async fn list_files(&self) {}

    /// Sort the list
    #[mcp_tool(scope = "files:sort", risk = "minimal")]
    #[tool(annotations(destructive_hint))]
    pub async fn sort_list(&self) {}
}

scope_table! {
    /// Everything.
    pub static TOOLS = [Server::*];
}
