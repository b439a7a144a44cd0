//! A fixture of the rule `dead-pattern`: it is silent.

use mcp_scopes::{mcp_tool, scope_table};

/// List files
#[mcp_tool(scope = "files:read", risk = "low")]
pub fn list_files() {}

/// Send a mail
#[mcp_tool(scope = "mail:send", risk = "medium", policy(blocked_after("read_file:/etc/*"), requires_approval_after("list_files")))]
pub fn send_mail(to: &str) {}

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low")]
pub fn read_file(path: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files, send_mail, read_file];
}
