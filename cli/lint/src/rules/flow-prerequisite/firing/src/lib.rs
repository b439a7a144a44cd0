//! A fixture of the rule `flow-prerequisite`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low")]
pub fn read_file(path: &str) {}

/// Delete a file
#[mcp_tool(scope = "files:delete", risk = "high", prerequisites("files:read"))]
pub fn delete_file(path: &str) {}

/// Check that the server is up
#[mcp_tool(scope = "health:check", risk = "minimal")]
pub fn health_check() {}

/// Execute a system command
#[mcp_tool(scope = "system:execute", risk = "high", prerequisites("health:check"))]
pub fn execute_command(command: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, delete_file, health_check, execute_command] with "mcp-scopes.toml";
}
