//! bad-scope

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", prerequisites("health check"))]
fn list_files() {}

fn main() {}
