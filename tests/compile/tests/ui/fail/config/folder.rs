//! unreadable-config

use mcp_scopes::scope_table;

scope_table! {
    static TOOLS = [] with "..";
}

fn main() {}
