//! A fixture of the rule `suppression-syntax`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

// mcp-scopes: allow(risky-name)
// mcp-scopes: allow(risky-nmae) it deletes nothing that is kept
// mcp-scopes: alow(risky-name) it deletes nothing that is kept
/// List files
#[mcp_tool(risk = "low")]
pub fn list_files() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files];
}
