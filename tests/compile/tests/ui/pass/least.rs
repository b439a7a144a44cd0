//! A minimal server.
use mcp_scopes::{mcp_tool, scope_table};

/// List directory contents
#[mcp_tool(risk = "low")]
async fn list_files(directory: String) -> Vec<String> {
    vec![directory]
}

scope_table! {
    /// Everything this server exposes.
    pub static TOOLS = [list_files];
}

fn main() {
    assert!(TOOLS.grant("list_files health_check").authorize("list_files").is_ok());
    assert!(TOOLS.grant("health_check").authorize("list_files").is_err());
}
