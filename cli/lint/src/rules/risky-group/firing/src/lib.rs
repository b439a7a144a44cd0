//! A fixture of the rule `risky-group`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// List files
#[mcp_tool(scope = "files:read", risk = "low", grouped_with("execute_command"))]
pub fn list_files() {}

/// Execute a system command
#[mcp_tool(scope = "system:execute", risk = "high", grouped_with("list_files"))]
pub fn execute_command(command: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files, execute_command];
}
