//! (rustc)

use mcp_scopes::{mcp_tool, scope_table};


#[mcp_tool(risk = "low")]
fn list_files() {}

static NUMBER: u32 = 1;

scope_table! {
    static TOOLS = [list_files, ..NUMBER];
}

fn main() {}
