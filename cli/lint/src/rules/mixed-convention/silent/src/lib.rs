//! A fixture of the rule `mixed-convention`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Do read file
#[mcp_tool(risk = "low", scope = "files:read")]
pub fn read_file() {}

/// Do write file
#[mcp_tool(risk = "low", scope = "files:write")]
pub fn write_file() {}

/// Do run command
#[mcp_tool(risk = "low", scope = "shell:run")]
pub fn run_command() {}

/// Do ping
#[mcp_tool(risk = "low")]
pub fn ping() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, write_file, run_command, ping];
}
