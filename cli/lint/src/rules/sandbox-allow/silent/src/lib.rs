//! A fixture of the rule `sandbox-allow`: it is silent.

use mcp_scopes::{mcp_tool, scope_table};

/// List files
#[mcp_tool(scope = "files:read", risk = "low", sandbox = "allow")]
pub fn list_files() {}

/// Delete a file
#[mcp_tool(scope = "files:delete", risk = "high", sandbox = "deny")]
pub fn delete_file(path: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files, delete_file];
}
