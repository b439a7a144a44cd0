//! empty-list

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", prerequisites(), grouped_with(), examples(), policy())]
fn list_files() {}

fn main() {}
