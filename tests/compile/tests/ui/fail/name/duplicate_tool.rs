//! duplicate-tool

use mcp_scopes::{mcp_tool, scope_table};


#[mcp_tool(risk = "low")]
fn list_files() {}

mod archive {
    use mcp_scopes::mcp_tool;

    #[mcp_tool(name = "list_files", scope = "archive:list", risk = "low")]
    pub fn list() {}
}

scope_table! {
    static TOOLS = [
        list_files,
        archive::list,
    ];
}

fn main() {}
