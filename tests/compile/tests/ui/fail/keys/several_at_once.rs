//! bad-scope, unknown-value, unknown-key, empty-list

use mcp_scopes::mcp_tool;


#[mcp_tool(scope = "files read", risk = "lwo", approve = "auto", examples())]
fn list_files() {}

fn main() {}
