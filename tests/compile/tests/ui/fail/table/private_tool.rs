//! (rustc)

use mcp_scopes::scope_table;

mod files {
    use mcp_scopes::mcp_tool;

    #[mcp_tool(risk = "low")]
    fn list_files() {}
}

scope_table! {
    static TOOLS = [files::list_files];
}

fn main() {}
