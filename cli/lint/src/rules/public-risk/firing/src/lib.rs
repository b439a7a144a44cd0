//! A fixture of the rule `public-risk`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Write a file
#[mcp_tool(public, risk = "medium")]
pub fn write_file(path: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [write_file];
}
