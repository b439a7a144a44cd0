//! not-a-literal

use mcp_scopes::mcp_tool;


const READ: &str = "files:read";

#[mcp_tool(scope = READ, risk = "low")]
fn read_file() {}

#[mcp_tool(scope = concat!("files", ":read"), risk = "low")]
fn read_files() {}

fn main() {}
