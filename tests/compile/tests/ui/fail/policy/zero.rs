//! zero-limit

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", policy(cooling_period_minutes = 0, max_calls_per_session = 0, max_file_size_mb = 0))]
fn write_file() {}

fn main() {}
