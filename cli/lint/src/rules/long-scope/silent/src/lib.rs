//! A fixture of the rule `long-scope`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Read what a region has kept
#[mcp_tool(risk = "low", scope = "archive:records:read")]
pub fn read_records() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_records];
}
