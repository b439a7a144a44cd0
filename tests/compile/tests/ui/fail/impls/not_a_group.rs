//! not-a-group

use mcp_scopes::mcp_tools;

#[mcp_tools]
struct FileServer;

#[mcp_tools]
fn list_files() {}

#[mcp_tools]
trait Serve {}

fn main() {}
