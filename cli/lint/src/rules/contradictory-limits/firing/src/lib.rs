//! A fixture of the rule `contradictory-limits`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low", policy(requires_human_review))]
pub fn read_file(path: &str) {}

/// Send a mail
#[mcp_tool(scope = "mail:send", risk = "medium", grouped_with("read_file"), policy(blocked_after("read_file")))]
pub fn send_mail(to: &str) {}

/// Delete a file
#[mcp_tool(scope = "files:delete", risk = "high", policy(blocked_after("read_file:/etc/*"), requires_approval_after("read_file:/etc/ssl/*"), max_calls_per_session = 10))]
pub fn delete_file(path: &str) {}

/// Make a backup
#[mcp_tool(scope = "files:backup", risk = "medium", policy(blocked_after("make_backup"), max_calls_per_session = 3))]
pub fn make_backup() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, send_mail, delete_file, make_backup] with "mcp-scopes.toml";
}
