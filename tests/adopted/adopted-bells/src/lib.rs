//! Bells over HTTP.

use axum::Router;
use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::{ServerHandler, tool, tool_handler, tool_router};

#[derive(Clone)]
struct Bells;

#[mcp_tools]
#[tool_router]
impl Bells {
    /// One stroke that the whole town hears
    #[mcp_tool(scope = "ring", risk = "high")]
    #[tool]
    async fn ring(&self) -> String {
        "dong".to_owned()
    }
}

#[tool_handler]
impl ServerHandler for Bells {}

/// Returns the routes of the server.
///
/// # Errors
/// Returns an error if the server cannot be set up.
pub async fn app(issuer: mcp_scopes_server::token::Issuer) -> Result<Router, Box<dyn std::error::Error>> {
    let sessions = LocalSessionManager::default().into();
    let server = mcp_scopes_server::ResourceServer::builder(&TOOLS).issuer(issuer).build().await?;
    let service = mcp_scopes_rmcp::service(&server, || Ok(Bells), sessions, Default::default())?;
    Ok(Router::new().fallback_service(service))
}

mcp_scopes::scope_table! {
    /// The tools of this server, and the scopes that open them.
    pub static TOOLS = [Bells::*] with "mcp-scopes.toml";
}
