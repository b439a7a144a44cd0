//! A fixture of the rule `scope-syntax`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Do read file
#[mcp_tool(risk = "low", scope = "files read")]
pub fn read_file() {}

/// Do list files
#[mcp_tool(risk = "low", scope = "files:\"list\"")]
pub fn list_files() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, list_files];
}
