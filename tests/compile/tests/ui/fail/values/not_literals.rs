//! not-a-literal

use mcp_scopes::mcp_tool;


const TEXT: &str = "list_files";

#[mcp_tool(risk = "low", examples(TEXT), description = TEXT, grouped_with(TEXT))]
fn list_files() {}

fn main() {}
