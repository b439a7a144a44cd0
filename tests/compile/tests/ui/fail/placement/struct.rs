//! not-a-function

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low")]
struct ReadFile {
    path: String,
}

fn main() {}
