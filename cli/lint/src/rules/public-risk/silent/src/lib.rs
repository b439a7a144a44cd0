//! A fixture of the rule `public-risk`: it is silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Check that the server is up
#[mcp_tool(public, risk = "low")]
pub fn health_check() {}

/// Write a file
#[mcp_tool(risk = "medium")]
pub fn write_file(path: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [health_check, write_file];
}
