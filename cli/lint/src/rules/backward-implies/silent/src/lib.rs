//! A fixture of the rule `backward-implies`: it is silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low")]
pub fn read_file(path: &str) {}

/// Write a file
#[mcp_tool(scope = "files:write", risk = "medium")]
pub fn write_file(path: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, write_file] with "mcp-scopes.toml";
}
