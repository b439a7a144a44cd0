//! (rustc)

use mcp_scopes::scope_table;

fn list_files() {}

scope_table! {
    static TOOLS = [list_files];
}

fn main() {
    list_files();
}
