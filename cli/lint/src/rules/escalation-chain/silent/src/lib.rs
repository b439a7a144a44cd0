//! A fixture of the rule `escalation-chain`: it is silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Read the configuration
#[mcp_tool(scope = "system:read", risk = "low")]
pub fn read_config() {}

/// Execute a system command
#[mcp_tool(scope = "system:execute", risk = "high", policy(requires_approval_after("read_config")))]
pub fn execute_command(command: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_config, execute_command] with "mcp-scopes.toml";
}
