//! (rustc)

use mcp_scopes::{ToolHandle, mcp_tool, scope_table};

#[mcp_tool(risk = "low")]
fn list_files() {}

scope_table! { static TOOLS = [list_files]; }

const LIST_FILES: ToolHandle = TOOLS.handle("list_file");

fn main() {
    let _ = TOOLS.grant("list_files").authorize_tool(LIST_FILES);
}
