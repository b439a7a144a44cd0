//! A fixture of the rule `read-only-hint`: it is silent.

use mcp_scopes::{mcp_tool, mcp_tools, scope_table};
use rmcp::{tool, tool_router};

/// Serves files.
#[derive(Debug)]
pub struct Server;

#[mcp_tools]
#[tool_router]
impl Server {
    /// Read a file
    #[mcp_tool(scope = "files:read", risk = "low")]
    #[tool(annotations(read_only_hint = true, destructive_hint = false))]
    pub async fn read_file(&self) {}

    /// Read secrets
    #[mcp_tool(scope = "secrets:read", risk = "critical")]
    #[tool(annotations(read_only_hint = true))]
    pub async fn read_secrets(&self) {}

    /// Delete a file
    #[mcp_tool(scope = "files:delete", risk = "high")]
    #[tool(annotations(read_only_hint = false))]
    pub async fn delete_file(&self) {}

    /// See a transfer
    #[mcp_tool(scope = "transfers:read", risk = "medium")]
    #[tool(annotations(read_only_hint = true))]
    pub async fn get_transfer(&self) {}
}

scope_table! {
    /// Everything.
    pub static TOOLS = [Server::*];
}
