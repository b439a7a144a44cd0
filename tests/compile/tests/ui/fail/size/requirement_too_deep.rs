//! requirement-too-large

use mcp_scopes::mcp_tool;


#[mcp_tool(scope = any("a", all("b", any("c", all("d", any("e", all("f", any("g", all("h", any("i", "j"))))))))), risk = "low")]
fn read_file() {}

fn main() {}
