//! A fixture of the rule `public-policy`: it is silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Read the manual
#[mcp_tool(risk = "low", policy(max_calls_per_session = 10))]
pub fn read_manual(page: &str) {}

/// Send a mail
#[mcp_tool(scope = "mail:send", risk = "medium", policy(blocked_after("read_manual")))]
pub fn send_mail(to: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_manual, send_mail];
}
