//! A fixture of the rule `wildcard-scope`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Do read file
#[mcp_tool(risk = "low", scope = "files:read*write")]
pub fn read_file() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file];
}
