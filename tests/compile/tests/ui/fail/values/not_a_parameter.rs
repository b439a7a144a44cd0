//! unknown-argument, wrong-type, repeated-value, empty-list, malformed-argument

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "low", not_a_parameter(contxt, "path", path, path))]
fn read_file(context: u8, path: String) {}

#[mcp_tool(risk = "low", not_a_parameter())]
fn list_files() {}

#[mcp_tool(risk = "low", not_a_parameter = context)]
fn write_file(context: u8) {}

fn main() {}
