//! A fixture of the rule `tool-name`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Do list files
#[mcp_tool(risk = "low", name = "files.list-all")]
pub fn list_files() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files];
}
