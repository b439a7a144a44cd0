//! Gulls and seals over HTTP.

use axum::Router;
use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{
    ServerHandler, tool, tool_handler, tool_router,
    transport::streamable_http_server::session::local::LocalSessionManager,
};

#[derive(Clone)]
struct Gulls;

#[mcp_tools]
#[tool_router]
impl Gulls {
    /// Gulls on the roof
    #[mcp_tool(scope = "count", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn count(&self) -> String {
        "12 gulls".to_owned()
    }

    /// Make a noise that they fear
    #[mcp_tool(scope = "scare", risk = "high")]
    #[tool]
    async fn scare(&self) -> String {
        "scared".to_owned()
    }
}

#[tool_handler]
impl ServerHandler for Gulls {}

#[derive(Clone)]
struct Seals;

#[mcp_tools]
#[tool_router]
impl Seals {
    /// Seals on the sand
    #[mcp_tool(scope = "watch_sand", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn watch_sand(&self) -> String {
        "3 seals".to_owned()
    }

    /// Give each seal a fish
    #[mcp_tool(scope = "feed", risk = "medium")]
    #[tool(annotations(destructive_hint = false))]
    async fn feed(&self) -> String {
        "fed".to_owned()
    }
}

#[tool_handler]
impl ServerHandler for Seals {}

/// Returns the routes of the first server.
///
/// # Errors
/// Returns an error if the server cannot be set up.
pub async fn gulls(issuer: mcp_scopes_server::token::Issuer) -> Result<Router, Box<dyn std::error::Error>> {
    let sessions = LocalSessionManager::default().into();
    let server = mcp_scopes_server::ResourceServer::builder(&GULLS_TOOLS).issuer(issuer).build().await?;
    let service = mcp_scopes_rmcp::service(&server, || Ok(Gulls), sessions, Default::default())?;
    Ok(Router::new().fallback_service(service))
}

/// Returns the routes of the second server.
///
/// # Errors
/// Returns an error if the server cannot be set up.
pub async fn seals(issuer: mcp_scopes_server::token::Issuer) -> Result<Router, Box<dyn std::error::Error>> {
    let sessions = LocalSessionManager::default().into();
    let server = mcp_scopes_server::ResourceServer::builder(&SEALS_TOOLS).issuer(issuer).build().await?;
    let service = mcp_scopes_rmcp::service(&server, || Ok(Seals), sessions, Default::default())?;
    Ok(Router::new().fallback_service(service))
}

mcp_scopes::scope_table! {
    /// The tools of this server, and the scopes that open them.
    pub static SEALS_TOOLS = [Seals::*] with "mcp-scopes.toml";
}

mcp_scopes::scope_table! {
    /// The tools of this server, and the scopes that open them.
    pub static GULLS_TOOLS = [Gulls::*] with "mcp-scopes.toml";
}
