//! A fixture of the rule `scope-syntax`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Do read file
#[mcp_tool(risk = "low", scope = "files:read")]
pub fn read_file() {}

/// Do fetch
#[mcp_tool(risk = "low", scope = "https://www.example.com/auth/files.read")]
pub fn fetch() {}

/// Do poll
#[mcp_tool(risk = "low", scope = "a!#[]~")]
pub fn poll() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, fetch, poll];
}
