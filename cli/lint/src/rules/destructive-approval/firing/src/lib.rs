//! A fixture of the rule `destructive-approval`: it fires.

use mcp_scopes::{mcp_tool, mcp_tools, scope_table};
use rmcp::{tool, tool_router};

/// Serves files.
#[derive(Debug)]
pub struct Server;

#[mcp_tools]
#[tool_router]
impl Server {
    /// Replace a note
    #[mcp_tool(scope = "notes:write", risk = "medium")]
    #[tool(annotations(destructive_hint = true))]
    pub async fn replace_note(&self) {}
}

scope_table! {
    /// Everything.
    pub static TOOLS = [Server::*];
}
