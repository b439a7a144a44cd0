//! A fixture of the rule `renamed-export`: it stays silent.

use mcp_scopes::{mcp_tool as annotated, scope_table};

/// List files
#[annotated(risk = "low")]
pub fn list_files() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files];
}
