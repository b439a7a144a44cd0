//! A fixture of the rule `risky-baseline`: it is silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low")]
pub fn read_file(path: &str) {}

/// Delete a file
#[mcp_tool(scope = all("files:write", "files:delete"), risk = "high")]
pub fn delete_file(path: &str) {}

/// Delete all files
#[mcp_tool(scope = "files:delete", risk = "critical")]
pub fn purge_files() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, delete_file, purge_files] with "mcp-scopes.toml";
}
