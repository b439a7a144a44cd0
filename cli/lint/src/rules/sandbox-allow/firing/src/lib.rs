//! A fixture of the rule `sandbox-allow`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Delete a file
#[mcp_tool(scope = "files:delete", risk = "high", sandbox = "allow")]
pub fn delete_file(path: &str) {}

/// Empty the trash
#[mcp_tool(scope = "files:trash", risk = "medium", sandbox = "allow")]
pub fn purge_trash() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [delete_file, purge_trash];
}
