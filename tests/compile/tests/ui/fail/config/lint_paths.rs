//! bad-pattern, empty-list, unknown-value

use mcp_scopes::{mcp_tool, scope_table};


#[mcp_tool(scope = "files:read", risk = "low")]
fn read_file() {}

scope_table! {
    static TOOLS = [read_file] with "lint_paths.toml";
}

fn main() {}
