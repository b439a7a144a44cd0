//! A fixture of the rule `risky-group`: it is silent.

use mcp_scopes::{mcp_tool, scope_table};

/// List files
#[mcp_tool(scope = "files:read", risk = "low")]
pub fn list_files() {}

/// Execute a system command
#[mcp_tool(scope = "system:execute", risk = "high", grouped_with("list_files"))]
pub fn execute_command(command: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files, execute_command];
}
