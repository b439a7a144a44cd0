//! scope-and-public

use mcp_scopes::mcp_tool;


#[mcp_tool(public, scope = "files:read", risk = "low")]
fn list_files() {}

fn main() {}
