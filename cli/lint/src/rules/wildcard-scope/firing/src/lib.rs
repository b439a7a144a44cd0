//! A fixture of the rule `wildcard-scope`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Do read file
#[mcp_tool(risk = "low", scope = "files:*")]
pub fn read_file() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file];
}
