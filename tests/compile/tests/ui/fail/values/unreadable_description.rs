//! unreadable-text

use mcp_scopes::mcp_tool;


#[doc = include_str!("unreadable_description.rs")]
#[mcp_tool(risk = "low")]
fn list_files() {}

#[mcp_tool(risk = "low")]
#[doc = include_str!("unreadable_description.rs")]
fn list_more_files() {}

fn main() {}
