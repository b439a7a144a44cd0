//! A fixture of the rule `risky-name`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Do drop table
#[mcp_tool(risk = "high")]
pub fn drop_table() {}

/// Do get transfer
#[mcp_tool(risk = "low")]
pub fn get_transfer() {}

/// Do send mail
#[mcp_tool(risk = "critical")]
pub fn send_mail() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [drop_table, get_transfer, send_mail];
}
