//! unknown-key

use mcp_scopes::{mcp_tool, scope_table};


// The function remains, and the table does not report the error again.
#[mcp_tool(risc = "low")]
fn list_files() -> u32 {
    7
}

scope_table! {
    static TOOLS = [list_files];
}

fn main() {
    let _: u32 = list_files();
}
