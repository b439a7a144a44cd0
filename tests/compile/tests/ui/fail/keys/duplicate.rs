//! duplicate-key

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", risk = "high")]
fn list_files() {}

fn main() {}
