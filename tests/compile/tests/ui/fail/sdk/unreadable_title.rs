//! unreadable-text

use mcp_scopes::mcp_tool;
use rmcp::tool;

/// Read a file
#[mcp_tool(risk = "low")]
#[cfg_attr(all(), tool(title = "Read"))]
pub async fn read_file() -> String {
    String::new()
}

fn main() {}
