//! bad-table

use mcp_scopes::scope_table;

scope_table! {
    TOOLS = [];
}

scope_table! {
    pub static TABLE [list_files];
}

scope_table! {
    pub static mut TABLE = [];
}

scope_table! {}

fn main() {}
