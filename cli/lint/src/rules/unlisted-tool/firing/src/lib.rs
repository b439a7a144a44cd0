//! A fixture of the rule `unlisted-tool`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Do list files
#[mcp_tool(risk = "low")]
pub fn list_files() {}

/// Do read file
#[mcp_tool(risk = "low")]
pub fn read_file() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files];
}
