//! malformed-argument

use mcp_scopes::mcp_tool;


#[mcp_tool("files:read", risk = "low")]
fn positional() {}

#[mcp_tool(risk: "low")]
fn colon() {}

#[mcp_tool(risk = "low" scope = "files:read")]
fn no_comma() {}

#[mcp_tool(risk = , scope = "files:read")]
fn no_value() {}

fn main() {}
