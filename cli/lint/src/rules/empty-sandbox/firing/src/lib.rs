//! A fixture of the rule `empty-sandbox`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// List files
#[mcp_tool(scope = "files:read", risk = "low")]
pub fn list_files() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files] with "mcp-scopes.toml";
}
