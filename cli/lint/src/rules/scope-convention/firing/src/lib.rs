//! A fixture of the rule `scope-convention`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Do read file
#[mcp_tool(risk = "low", scope = "dev:read:files")]
pub fn read_file() {}

/// Do write file
#[mcp_tool(risk = "low", scope = "dev:files:write")]
pub fn write_file() {}

/// Do ping
#[mcp_tool(risk = "low", scope = "dev:ping")]
pub fn ping() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, write_file, ping] with "mcp-scopes.toml";
}
