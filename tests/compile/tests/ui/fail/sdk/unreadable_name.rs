//! unreadable-name

use mcp_scopes::mcp_tool;
use mcp_scopes_foreign_attribute::tool;

const NAME: &str = "read";

#[mcp_tool(risk = "low")]
#[tool(name = NAME)]
fn read_file() {}

fn main() {
    let _ = NAME;
}
