//! unknown-value

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", approval = "automatic")]
fn list_files() {}

fn main() {}
