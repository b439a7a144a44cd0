//! A fixture of the rule `near-duplicate-tool`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// The account that is asked for
#[mcp_tool(risk = "low")]
pub fn get_account() {}

/// Every account there is
#[mcp_tool(risk = "low")]
pub fn get_accounts() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [get_account, get_accounts];
}
