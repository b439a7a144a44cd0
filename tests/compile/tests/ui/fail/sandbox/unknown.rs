//! unknown-value

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", sandbox = "alow")]
fn near() {}

#[mcp_tool(risk = "low", sandbox = "mock")]
fn far() {}

#[mcp_tool(risk = "low", sandbox = deny)]
fn bare() {}

#[mcp_tool(risk = "low", sandbox = "simulate")]
fn quoted() {}

fn main() {}
