//! A fixture of the rule `undeclared-file`: it stays silent.

mod shell;

use mcp_scopes::{mcp_tool, scope_table};

/// List files
#[mcp_tool(risk = "low")]
pub fn list_files() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files, shell::who];
}
