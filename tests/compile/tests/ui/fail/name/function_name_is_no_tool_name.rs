//! bad-tool-name

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low")]
fn dateien_ändern() {}

fn main() {}
