//! A fixture of the rule `server-prefixed-name`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Open an issue with a title and a text
#[mcp_tool(risk = "low")]
pub fn create_issue() {}

/// Open an issue for each line
#[mcp_tool(risk = "low")]
pub fn bulk_create_issue() {}

/// Read an issue
#[mcp_tool(risk = "low")]
pub fn issue_get() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [create_issue, bulk_create_issue, issue_get];
}
