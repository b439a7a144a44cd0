//! prerequisite-cycle

use mcp_scopes::{mcp_tool, scope_table};

#[mcp_tool(risk = "low", prerequisites("list_files"))]
fn list_files() {}

#[mcp_tool(scope = "files:read", risk = "low", prerequisites("files:read"))]
fn read_file() {}

scope_table! {
    static TOOLS = [list_files, read_file];
}

fn main() {}
