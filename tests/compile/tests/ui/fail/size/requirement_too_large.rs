//! requirement-too-large

use mcp_scopes::mcp_tool;


#[mcp_tool(
    scope = all(
        any("a1", "a2", "a3", "a4", "a5"),
        any("b1", "b2", "b3", "b4", "b5"),
        any("c1", "c2", "c3", "c4", "c5"),
    ),
    risk = "low"
)]
fn read_file() {}

fn main() {}
