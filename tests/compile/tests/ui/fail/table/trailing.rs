//! bad-table

use mcp_scopes::scope_table;

scope_table! {
    static TOOLS = [] with;
}

scope_table! {
    static TABLE = [] using "mcp-scopes.toml";
}

scope_table! {
    static ONE = [];
    static TWO = [];
}

fn main() {}
