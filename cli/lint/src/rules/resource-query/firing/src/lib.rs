//! A fixture of the rule `resource-query`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Show what a file says
#[mcp_tool(risk = "low", scope = "files:read")]
pub fn read_file() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file] with "mcp-scopes.toml";
}
