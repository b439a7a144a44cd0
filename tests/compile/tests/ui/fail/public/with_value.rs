//! malformed-argument

use mcp_scopes::mcp_tool;


#[mcp_tool(public = true, risk = "low")]
fn equals() {}

#[mcp_tool(public("everyone"), risk = "low")]
fn list() {}

fn main() {}
