//! repeated-value

use mcp_scopes::mcp_tool;


#[mcp_tool(scope = all("files:read", "files:read"), risk = "low")]
fn read_file() {}

fn main() {}
