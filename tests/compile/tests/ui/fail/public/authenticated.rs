//! scope-and-public, malformed-argument

use mcp_scopes::mcp_tool;


#[mcp_tool(authenticated, scope = "files:read", risk = "low")]
fn with_scope() {}

#[mcp_tool(authenticated, public, risk = "low")]
fn with_public() {}

#[mcp_tool(authenticated = true, risk = "low")]
fn with_value() {}

fn main() {}
