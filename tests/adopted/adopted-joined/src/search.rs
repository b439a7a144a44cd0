use crate::desk::Desk;
use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{tool, tool_router};

#[mcp_tools(group = search)]
#[tool_router(router = search_router, vis = "pub(crate)")]
impl Desk {
    /// Tickets whose text has a word
    #[mcp_tool(scope = "find_tickets", risk = "low")]
    #[tool(annotations(read_only_hint = true, open_world_hint = false))]
    async fn find_tickets(&self) -> String {
        "none".to_owned()
    }
}
