//! Only for administrators.

use crate::Desk;
use mcp_scopes::{mcp_tool, mcp_tools};

#[mcp_tools(group = admin)]
#[rmcp::tool_router(router = admin_router, vis = "pub(crate)")]
impl Desk {
    /// Close every ticket of a customer
    #[mcp_tool(scope = "close_all", risk = "high")]
    #[rmcp::tool]
    async fn close_all(&self) -> String {
        "closed".to_owned()
    }
}
