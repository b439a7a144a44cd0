//! unreadable-parameters

use mcp_scopes::mcp_tool;


struct Place {
    path: String,
}

#[mcp_tool(risk = "low")]
fn read_file(Place { path }: Place, depth: u32) -> usize {
    path.len() + depth as usize
}

fn main() {}
