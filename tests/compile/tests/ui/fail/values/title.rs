//! empty-text, wrong-type

use mcp_scopes::mcp_tool;

#[mcp_tool(risk = "low", title = "  ")]
fn list_files() {}

#[mcp_tool(risk = "low", title = 1)]
fn read_file() {}

fn main() {}
