//! bad-scope

use mcp_scopes::mcp_tool;


#[mcp_tool(scope = all("files:read", any("on call", "admin")), risk = "low")]
fn read_file() {}

fn main() {}
