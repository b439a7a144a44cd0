//! conflicting-limits

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", policy(blocked_after("read_secret"), requires_approval_after("read_secret")))]
fn send_mail() {}

#[mcp_tool(risk = "low", policy(cooling_period_minutes = 5, max_calls_per_session = 1))]
fn restart() {}

fn main() {}
