//! A fixture of the rule `server-prefixed-name`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Open an issue with a title and a text
#[mcp_tool(risk = "low")]
pub fn create_issue() {}

/// Open an issue on the hub
#[mcp_tool(risk = "low")]
pub fn github_create_issue() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [create_issue, github_create_issue];
}
