use mcp_scopes::{mcp_tool, scope_table};

#[mcp_tool(risk = "low")]
pub async fn list_files(directory: String, depth: Option<u32>) -> Vec<String> {
    vec![directory; depth.unwrap_or(1) as usize]
}

scope_table! {
    /// Everything this server exposes.
    pub static TOOLS = [list_files];
}
