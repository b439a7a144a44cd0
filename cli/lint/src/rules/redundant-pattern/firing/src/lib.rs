//! A fixture of the rule `redundant-pattern`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low", policy(blocked_patterns("*.key", "/etc/ssl/*.key")))]
pub fn read_file(path: &str) {}

/// Send a mail
#[mcp_tool(scope = "mail:send", risk = "medium", policy(blocked_after("read_file", "read_file:/etc/*")))]
pub fn send_mail(to: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, send_mail];
}
