//! unknown-value

use mcp_scopes::mcp_tool;


#[mcp_tool(scope = and("files:read", "admin"), risk = "low")]
fn read_file() {}

fn main() {}
