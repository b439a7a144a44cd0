//! A fixture of the rule `scope-convention`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Do read file
#[mcp_tool(risk = "low", scope = "dev:files:read")]
pub fn read_file() {}

/// Do write file
#[mcp_tool(risk = "low", scope = "dev:files:write")]
pub fn write_file() {}

/// Do spawn
#[mcp_tool(risk = "low", scope = "dev:shell:spawn")]
pub fn spawn() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, write_file, spawn] with "mcp-scopes.toml";
}
