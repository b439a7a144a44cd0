//! A fixture of the rule `unreachable-scope`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low")]
pub fn read_file(path: &str) {}

/// Write a file
#[mcp_tool(scope = any("files:write", "files:delete"), risk = "medium")]
pub fn write_file(path: &str) {}

/// Delete a file
#[mcp_tool(scope = all("files:write", "files:delete"), risk = "high")]
pub fn delete_file(path: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, write_file, delete_file] with "mcp-scopes.toml";
}
