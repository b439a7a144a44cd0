//! bad-scope

use mcp_scopes::mcp_tool;


#[mcp_tool(scope = "files read", risk = "low")]
fn read_file() {}

#[mcp_tool(scope = "files:\"read\"", risk = "low")]
fn read_quoted() {}

#[mcp_tool(scope = "dateien:ändern", risk = "low")]
fn change_file() {}

#[mcp_tool(scope = "", risk = "low")]
fn nothing() {}

fn main() {}
