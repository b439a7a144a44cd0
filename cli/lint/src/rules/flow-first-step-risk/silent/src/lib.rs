//! A fixture of the rule `flow-first-step-risk`: it is silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low")]
pub fn read_file(path: &str) {}

/// Delete a file
#[mcp_tool(scope = "files:delete", risk = "high")]
pub fn delete_file(path: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, delete_file] with "mcp-scopes.toml";
}
