//! duplicate-annotation

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low")]
#[mcp_tool(risk = "high")]
fn list_files() {}

fn main() {}
