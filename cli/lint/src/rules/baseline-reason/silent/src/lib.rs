//! A fixture of the rule `baseline-reason`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Delete what a preview made
#[mcp_tool(risk = "low")]
pub fn delete_preview() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [delete_preview];
}
