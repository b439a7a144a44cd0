//! bad-pattern

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", policy(
    blocked_after("read file", "read_file:", "read_file:/etc/../root", "read_file:[a-z]"),
    requires_approval_after("fetch:https://example.com//x", "@file:x", "@resource:[a]", "@prompt:", "mail/send:x", "mail/"),
    blocked_patterns("/etc//shadow"),
))]
fn send_mail() {}

fn main() {}
