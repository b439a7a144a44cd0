//! too-many-scopes

use mcp_scopes::{mcp_tool, scope_table};

#[mcp_tool(scope = "scope:0", risk = "low")]
fn read_file() {}

// The test generates a file that declares 1,025 scopes.
scope_table! {
    static TOOLS = [read_file] with "too_many_scopes.toml";
}

fn main() {}
