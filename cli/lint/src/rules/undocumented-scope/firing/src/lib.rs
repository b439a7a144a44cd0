//! A fixture of the rule `undocumented-scope`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Show what a file says
#[mcp_tool(risk = "low", scope = "files:read")]
pub fn read_file() {}

/// Change a file
#[mcp_tool(risk = "medium", scope = "files:write")]
pub fn write_file() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, write_file] with "mcp-scopes.toml";
}
