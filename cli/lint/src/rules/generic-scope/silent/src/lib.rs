//! A fixture of the rule `generic-scope`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Show what matches
#[mcp_tool(risk = "low")]
pub fn query() {}

/// Show what a file says
#[mcp_tool(risk = "low", scope = "files:read")]
pub fn read_file() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [query, read_file];
}
