//! bad-tool-name

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", grouped_with("read file"))]
fn list_files() {}

fn main() {}
