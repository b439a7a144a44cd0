//! unknown-key

use mcp_scopes::mcp_tool;


#[mcp_tool(scopes = "files:read", risk = "low")]
fn near() {}

#[mcp_tool(colour = "blue", risk = "low")]
fn far() {}

#[mcp_tool(risc = "low")]
fn misspelt() {}

fn main() {}
