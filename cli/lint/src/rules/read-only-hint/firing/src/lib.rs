//! A fixture of the rule `read-only-hint`: it fires.

use mcp_scopes::{mcp_tool, mcp_tools, scope_table};
use rmcp::{tool, tool_router};

/// Serves files.
#[derive(Debug)]
pub struct Server;

#[mcp_tools]
#[tool_router]
impl Server {
    /// Delete a file
    #[mcp_tool(scope = "files:delete", risk = "high")]
    #[tool(annotations(read_only_hint = true))]
    pub async fn delete_file(&self) {}

    /// Report
    #[mcp_tool(scope = "files:read", risk = "low")]
    #[tool(annotations(read_only_hint = true, destructive_hint = true))]
    pub async fn report(&self) {}

    /// Settle
    #[mcp_tool(scope = "files:settle", risk = "critical")]
    #[tool(annotations(read_only_hint))]
    pub async fn settle(&self) {}
}

scope_table! {
    /// Everything.
    pub static TOOLS = [Server::*];
}
