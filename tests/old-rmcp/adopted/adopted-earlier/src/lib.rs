//! Lamps over HTTP.

use axum::Router;
use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{
    ServerHandler,
    handler::server::router::tool::ToolRouter,
    tool, tool_handler, tool_router,
    transport::streamable_http_server::{StreamableHttpService, session::local::LocalSessionManager},
};

struct Lamps {
    tool_router: ToolRouter<Self>,
}

#[mcp_tools]
#[tool_router]
impl Lamps {
    fn new() -> Self {
        Self { tool_router: Self::tool_router() }
    }

    /// Which lamps are on
    #[mcp_tool(scope = "list_lamps", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn list_lamps(&self) -> String {
        "hall".to_owned()
    }

    /// Switch every lamp off
    #[mcp_tool(scope = "darken", risk = "high")]
    #[tool]
    async fn darken(&self) -> String {
        "dark".to_owned()
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Lamps {}

/// Returns the routes of the server.
///
/// # Errors
/// Returns an error if the server cannot be set up.
pub async fn app(issuer: mcp_scopes_server::token::Issuer) -> Result<Router, Box<dyn std::error::Error>> {
    let sessions = LocalSessionManager::default().into();
    let service = StreamableHttpService::new(|| Ok(Lamps::new()), sessions, Default::default());
    let server = mcp_scopes_server::ResourceServer::builder(&TOOLS).issuer(issuer).build().await?;
    Ok(Router::new().nest_service("/mcp", service).layer(server.layer()))
}

mcp_scopes::scope_table! {
    /// The tools of this server, and the scopes that open them.
    pub static TOOLS = [Lamps::*] with "mcp-scopes.toml";
}
