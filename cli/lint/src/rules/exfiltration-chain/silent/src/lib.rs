//! A fixture of the rule `exfiltration-chain`: it is silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low")]
pub fn read_file(path: &str) {}

/// Export customers
#[mcp_tool(scope = "customers:read", risk = "medium")]
pub fn export_customers() {}

/// Send a mail
#[mcp_tool(scope = "mail:send", risk = "medium", policy(blocked_after("export_customers"), requires_approval_after("read_file:*.key")))]
pub fn send_mail(to: &str, text: &str) {}

/// Fetch a page
#[mcp_tool(scope = "files:read", risk = "medium", policy(requires_human_review), approval = "user")]
pub fn fetch_url(url: &str) {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, export_customers, send_mail, fetch_url] with "mcp-scopes.toml";
}
