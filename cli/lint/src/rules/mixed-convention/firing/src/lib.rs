//! A fixture of the rule `mixed-convention`: it fires.

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

/// Do list users
#[mcp_tool(risk = "low", scope = "users.list")]
pub fn list_users() {}

/// Do edit user
#[mcp_tool(risk = "low", scope = "edit:users")]
pub fn edit_user() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, write_file, run_command, list_users, edit_user];
}
