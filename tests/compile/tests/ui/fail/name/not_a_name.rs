//! bad-tool-name

use mcp_scopes::mcp_tool;


#[mcp_tool(name = "list files", risk = "low")]
fn list_files() {}

#[mcp_tool(name = "", risk = "low")]
fn nameless() {}

#[mcp_tool(
    name = "a_name_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on",
    risk = "low"
)]
fn endless() {}

fn main() {}
