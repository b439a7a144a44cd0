//! A fixture of the rule `empty-sandbox`: it is silent.

use mcp_scopes::{mcp_tool, scope_table};

/// List files
#[mcp_tool(scope = "files:read", risk = "low", sandbox = "allow")]
pub fn list_files() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files] with "mcp-scopes.toml";
}
