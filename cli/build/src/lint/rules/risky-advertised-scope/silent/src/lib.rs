//! A fixture of the rule `risky-advertised-scope`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Show what a file says
#[mcp_tool(risk = "low", scope = "files:read")]
pub fn read_file() {}

/// Empty a folder for good
#[mcp_tool(risk = "high", scope = all("files:read", "files:admin"))]
pub fn purge_folder() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, purge_folder] with "mcp-scopes.toml";
}
