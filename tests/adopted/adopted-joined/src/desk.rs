use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{ServerHandler, handler::server::router::tool::ToolRouter, tool, tool_handler, tool_router};

/// The server.
#[derive(Clone, Debug)]
pub struct Desk {
    tool_router: ToolRouter<Self>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let tool_router = Self::tool_router() + Self::search_router() + Self::bell_router();
        #[cfg(feature = "admin")]
        let tool_router = tool_router + Self::admin_router();
        Self { tool_router }
    }
}

#[mcp_tools]
#[tool_router]
impl Desk {
    /// Open tickets with their age
    #[mcp_tool(scope = "list_tickets", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn list_tickets(&self) -> String {
        "none".to_owned()
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Desk {}
