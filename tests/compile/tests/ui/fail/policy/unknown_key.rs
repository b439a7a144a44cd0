//! unknown-key

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", policy(max_calls_per_sesion = 3))]
fn send_mail() {}

fn main() {}
