//! bad-path

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", crate = "mcp_scopes")]
fn list_files() {}

fn main() {}
