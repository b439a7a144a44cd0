//! A fixture of the rule `idle-session-limit`: it is silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Write a file
#[mcp_tool(scope = "files:write", risk = "high")]
pub fn write_file(path: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [write_file] with "mcp-scopes.toml";
}
