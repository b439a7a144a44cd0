//! A fixture of the rule `annotation-in-body`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// List files
#[mcp_tool(risk = "low")]
pub fn list_files() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files];
}

/// Does nothing.
pub fn outer() {
    #[mcp_tool(risk = "low")]
    fn inner() {}
}
