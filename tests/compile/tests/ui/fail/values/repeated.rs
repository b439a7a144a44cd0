//! repeated-value

use mcp_scopes::mcp_tool;


#[mcp_tool(
    risk = "low",
    prerequisites("health:check", "health:check"),
    grouped_with("read_file", "read_file"),
    parameters("path", optional("path"))
)]
fn list_files() {}

fn main() {}
