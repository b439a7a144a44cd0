//! not-a-function

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low")]
mod files {}

#[mcp_tool(risk = "low")]
const LIMIT: u32 = 1;

struct FileServer;

#[mcp_tool(risk = "low")]
impl FileServer {}

fn main() {}
