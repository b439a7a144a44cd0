//! conflicting-scope

use mcp_scopes::scope_table;

mod one {
    #[mcp_scopes::mcp_tool(scope = "files:read", risk = "low")]
    pub fn read() {}

    mcp_scopes::scope_table! { pub static TOOLS = [read] with "one.toml"; }
}

mod two {
    #[mcp_scopes::mcp_tool(scope = "files:write", risk = "low")]
    pub fn write() {}

    mcp_scopes::scope_table! { pub static TOOLS = [write] with "two.toml"; }
}

scope_table! {
    static TOOLS = [..one::TOOLS, ..two::TOOLS];
}

fn main() {}
