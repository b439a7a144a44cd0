//! approval-below-risk

use mcp_scopes::mcp_tool;


#[mcp_tool(risk = "medium", approval = "auto")]
fn write_file() {}

#[mcp_tool(approval = "auto", risk = "critical")]
fn drop_database() {}

fn main() {}
