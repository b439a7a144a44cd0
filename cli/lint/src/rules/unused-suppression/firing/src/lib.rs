//! A fixture of the rule `unused-suppression`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

// mcp-scopes: allow(risky-name) it deletes nothing that is kept
/// List files
#[mcp_tool(risk = "low")]
pub fn list_files() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files];
}
