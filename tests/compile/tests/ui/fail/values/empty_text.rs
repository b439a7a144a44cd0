//! empty-text

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", description = "", examples(""))]
fn list_files() {}

fn main() {}
