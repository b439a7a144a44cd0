//! A fixture of the rule `redundant-pattern`: it is silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low", policy(blocked_patterns("*.key", "*.pem", "/etc/*")))]
pub fn read_file(path: &str) {}

/// Send a mail
#[mcp_tool(scope = "mail:send", risk = "medium", policy(blocked_after("read_file:*.key", "read_file:/etc/*")))]
pub fn send_mail(to: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, send_mail];
}
