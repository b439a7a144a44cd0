//! self-reference

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", prerequisites("list_files"))]
fn list_files() {}

#[mcp_tool(scope = "files:read", risk = "low", prerequisites("files:read"))]
fn read_file() {}

fn main() {}
