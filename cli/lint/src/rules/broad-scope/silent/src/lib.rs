//! A fixture of the rule `broad-scope`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Do read file
#[mcp_tool(risk = "low", scope = "files")]
pub fn read_file() {}

/// Do list files
#[mcp_tool(risk = "medium", scope = "files")]
pub fn list_files() {}

/// Wipe the disk
#[mcp_tool(risk = "critical", scope = all("files", "disk"))]
pub fn wipe_disk() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, list_files, wipe_disk];
}
