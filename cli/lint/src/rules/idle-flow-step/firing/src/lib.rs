//! A fixture of the rule `idle-flow-step`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low")]
pub fn read_file(path: &str) {}

/// Check that the server is up
#[mcp_tool(scope = "health:check", risk = "minimal")]
pub fn health_check() {}

/// Delete a file
#[mcp_tool(scope = all("files:delete", "oncall:act"), risk = "high", prerequisites("health:check"))]
pub fn delete_file(path: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, health_check, delete_file] with "mcp-scopes.toml";
}
