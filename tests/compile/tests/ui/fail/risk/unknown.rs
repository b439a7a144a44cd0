//! unknown-value

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "hihg")]
fn near() {}

#[mcp_tool(risk = "Low")]
fn upper_case() {}

#[mcp_tool(risk = "dangerous")]
fn far() {}

fn main() {}
