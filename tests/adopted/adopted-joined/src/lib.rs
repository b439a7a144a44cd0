//! A desk over HTTP.

#[cfg(feature = "admin")]
mod admin;
mod bell;
mod desk;
mod search;

use axum::Router;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;

pub use desk::Desk;

/// Returns the routes of the server.
///
/// # Errors
/// Returns an error if the server cannot be set up.
pub async fn app(issuer: mcp_scopes_server::token::Issuer) -> Result<Router, Box<dyn std::error::Error>> {
    let server = mcp_scopes_server::ResourceServer::builder(&TOOLS).issuer(issuer).build().await?;
    let sessions = LocalSessionManager::default().into();
    let service = mcp_scopes_rmcp::service(&server, || Ok(Desk::new()), sessions, Default::default())?;
    Ok(Router::new().fallback_service(service))
}

mcp_scopes::scope_table! {
    /// The tools of this server, and the scopes that open them.
    pub static TOOLS = [
        #[cfg(feature = "admin")] desk::Desk::admin::*,
        desk::Desk::bell::*,
        desk::Desk::*,
        desk::Desk::search::*,
    ] with "mcp-scopes.toml";
}
