//! bad-prefix

use mcp_scopes::{mcp_tool, scope_table};


#[mcp_tool(risk = "low")]
fn read_file() {}

scope_table! {
    static TOOLS = [read_file] with "namespace_bare.toml";
}

fn main() {}
