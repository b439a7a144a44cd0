//! A fixture of the rule `risky-name`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Do drop table
#[mcp_tool(risk = "medium")]
pub fn drop_table() {}

/// Do send mail
#[mcp_tool(risk = "low")]
pub fn send_mail() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [drop_table, send_mail];
}
