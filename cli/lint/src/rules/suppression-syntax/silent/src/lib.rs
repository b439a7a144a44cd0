//! A fixture of the rule `suppression-syntax`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

// mcp-scopes: allow(risky-name): it deletes nothing that is kept
/// Delete what a preview made
#[mcp_tool(risk = "low")]
pub fn delete_preview() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [delete_preview];
}
