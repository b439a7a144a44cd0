//! A fixture of the rule `tool-name`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Do list files
#[mcp_tool(risk = "low", name = "list files")]
pub fn list_files() {}

/// Do list every file of every folder that the caller may see and then some
#[mcp_tool(risk = "low")]
pub fn list_every_file_of_every_folder_that_the_caller_may_see_and_then_some() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files, list_every_file_of_every_folder_that_the_caller_may_see_and_then_some];
}
