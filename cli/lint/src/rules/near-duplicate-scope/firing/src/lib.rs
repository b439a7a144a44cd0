//! A fixture of the rule `near-duplicate-scope`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Do read file
#[mcp_tool(risk = "low", scope = "files:read")]
pub fn read_file() {}

/// Do list files
#[mcp_tool(risk = "low", scope = "file.read")]
pub fn list_files() {}

/// Do report
#[mcp_tool(risk = "low", scope = "reports:view")]
pub fn report() {}

/// Do print
#[mcp_tool(risk = "low", scope = "repotrs:view")]
pub fn print() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, list_files, report, print];
}
