//! self-reference

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", grouped_with("list_files"))]
fn list_files() {}

fn main() {}
