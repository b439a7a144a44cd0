//! wrong-type

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", policy(max_calls_per_session = 5_000_000_000))]
fn list_files() {}

fn main() {}
