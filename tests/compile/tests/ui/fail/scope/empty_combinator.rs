//! empty-list

use mcp_scopes::mcp_tool;


#[mcp_tool(scope = any(), risk = "low")]
fn read_file() {}

fn main() {}
