//! (rustc)

use mcp_scopes::{mcp_tools, scope_table};

#[mcp_tools]
mod shell {
    use mcp_scopes_foreign_attribute::mcp_tool;

    #[mcp_tool(risk = "critical")]
    pub fn execute() {}
}

scope_table! {
    static TOOLS = [shell::*];
}

fn main() {
    shell::execute();
}
