//! A fixture of the rule `destructive-approval`: it is silent.

use mcp_scopes::{mcp_tool, mcp_tools, scope_table};
use rmcp::{tool, tool_router};

/// Serves files.
#[derive(Debug)]
pub struct Server;

#[mcp_tools]
#[tool_router]
impl Server {
    /// Replace a note
    #[mcp_tool(scope = "notes:write", risk = "medium", approval = "user")]
    #[tool(annotations(destructive_hint = true))]
    pub async fn replace_note(&self) {}

    /// Delete a note
    #[mcp_tool(scope = "notes:delete", risk = "high")]
    #[tool(annotations(destructive_hint = true))]
    pub async fn delete_note(&self) {}

    /// Add a note
    #[mcp_tool(scope = "notes:write", risk = "medium")]
    #[tool(annotations(destructive_hint = false))]
    pub async fn add_note(&self) {}
}

scope_table! {
    /// Everything.
    pub static TOOLS = [Server::*];
}
