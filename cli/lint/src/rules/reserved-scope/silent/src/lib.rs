//! A fixture of the rule `reserved-scope`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// See who is logged in
#[mcp_tool(risk = "low", scope = "account:read")]
pub fn who_am_i() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [who_am_i];
}
