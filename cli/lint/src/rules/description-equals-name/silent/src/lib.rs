//! A fixture of the rule `description-equals-name`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Read a file up to its hundredth line
#[mcp_tool(risk = "low", scope = "files:read")]
pub fn read_file() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file] with "mcp-scopes.toml";
}
