//! A fixture of the rule `missing-description`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Do list files
#[mcp_tool(risk = "low")]
pub fn list_files() {}

#[mcp_tool(risk = "low", description = "Read a file")]
pub fn read_file() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files, read_file];
}
