//! unknown-group-tool

use mcp_scopes::{mcp_tool, scope_table};


#[mcp_tool(risk = "low", grouped_with("raed_file"))]
fn list_files() {}

#[mcp_tool(risk = "low", grouped_with("make_coffee"))]
fn read_file() {}

scope_table! {
    static TOOLS = [list_files, read_file];
}

fn main() {}
