//! (rustc)

use mcp_scopes::mcp_tool;

struct Parameters<T>(T);

struct ReadFile {
    path: String,
}

#[mcp_tool(risk = "low")]
fn read_file(Parameters(file): Parameters<ReadFile>) -> usize {
    file.path.len()
}

fn main() {}
