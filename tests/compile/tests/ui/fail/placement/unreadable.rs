//! unreadable-item

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low")]
fn read_file(path: ) {}

fn main() {}
