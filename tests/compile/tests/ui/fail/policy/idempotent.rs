//! idempotent-without-cooling

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", policy(max_calls_per_session = 3, idempotent))]
fn write_file() {}

#[mcp_tool(risk = "low", policy(max_calls_per_session = 3, idempotent = false))]
fn read_file() {}

fn main() {}
