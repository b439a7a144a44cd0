//! (rustc)

use mcp_scopes::scope_table;
use mcp_scopes_foreign_attribute::mcp_tool;

// The wrong import: this attribute silently drops the scope.
#[mcp_tool(scope = "files:delete", risk = "high")]
fn delete_file() {}

scope_table! {
    static TOOLS = [delete_file];
}

fn main() {
    delete_file();
}
