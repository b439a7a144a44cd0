//! undeclared-scope

use mcp_scopes::{mcp_tool, scope_table};


#[mcp_tool(scope = all("files:read", "telephone"), risk = "low")]
fn call_owner() {}

scope_table! {
    static TOOLS = [call_owner] with "declared.toml";
}

fn main() {}
