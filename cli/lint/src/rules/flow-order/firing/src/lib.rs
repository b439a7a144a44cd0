//! A fixture of the rule `flow-order`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low")]
pub fn read_file(path: &str) {}

/// Write a file
#[mcp_tool(scope = "files:write", risk = "medium")]
pub fn write_file(path: &str) {}

/// Delete a file
#[mcp_tool(scope = "files:delete", risk = "high")]
pub fn delete_file(path: &str) {}

/// Read a note
#[mcp_tool(scope = "notes:read", risk = "low")]
pub fn read_note(name: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, write_file, delete_file, read_note] with "mcp-scopes.toml";
}
