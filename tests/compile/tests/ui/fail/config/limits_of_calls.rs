//! incomplete-session, bad-server-name, conflicting-limits, unknown-key, empty-list, zero-limit

use mcp_scopes::{mcp_tool, scope_table};


#[mcp_tool(scope = "files:read", risk = "low")]
fn read_file() {}

scope_table! {
    static TOOLS = [read_file] with "limits_of_calls.toml";
}

fn main() {}
