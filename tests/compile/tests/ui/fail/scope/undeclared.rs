//! undeclared-scope

use mcp_scopes::{mcp_tool, scope_table};


#[mcp_tool(scope = "files:raed", risk = "low")]
fn read_file() {}

scope_table! {
    static TOOLS = [read_file] with "declared.toml";
}

fn main() {}
