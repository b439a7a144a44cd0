//! missing-risk

use mcp_scopes::mcp_tool;


#[mcp_tool]
fn list_files() {}

#[mcp_tool(scope = "files:read")]
fn read_file() {}

fn main() {}
