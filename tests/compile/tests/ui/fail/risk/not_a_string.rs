//! wrong-type, not-a-literal

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = 3)]
fn number() {}

#[mcp_tool(risk = high)]
fn bare() {}

fn main() {}
