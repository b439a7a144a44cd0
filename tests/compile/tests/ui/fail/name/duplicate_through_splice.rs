//! duplicate-tool

use mcp_scopes::{mcp_tool, scope_table};


#[mcp_tool(risk = "low")]
fn list_files() {}

scope_table! {
    static BASE = [list_files];
}

scope_table! {
    static TOOLS = [list_files, ..BASE];
}

fn main() {}
