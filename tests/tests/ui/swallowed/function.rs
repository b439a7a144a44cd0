//! (rustc)

use mcp_scopes::scope_table;
use mcp_scopes_foreign_attribute::mcp_tool;

// The wrong import: its attribute drops the scope without a word.
#[mcp_tool(scope = "files:delete", risk = "high")]
fn delete_file() {}

scope_table! {
    static TOOLS = [delete_file];
}

fn main() {
    delete_file();
}
