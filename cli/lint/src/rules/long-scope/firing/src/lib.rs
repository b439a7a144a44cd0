//! A fixture of the rule `long-scope`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Read what a region has kept
#[mcp_tool(risk = "low", scope = "archive:region-of-the-northern-hemisphere:region-of-the-northern-hemisphere:records:read")]
pub fn read_records() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_records];
}
