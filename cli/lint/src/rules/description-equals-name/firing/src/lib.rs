//! A fixture of the rule `description-equals-name`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Reads the file.
#[mcp_tool(risk = "low", scope = "files:read")]
pub fn read_file() {}

/// Remove what nobody has opened for a year
#[mcp_tool(risk = "medium", scope = "files:write")]
pub fn tidy_up() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, tidy_up] with "mcp-scopes.toml";
}
