//! The clock over HTTP.

use adopted_clock::server::Clock;
use axum::Router;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;

/// Returns the routes of the server.
///
/// # Errors
/// Returns an error if the server cannot be set up.
pub async fn app(issuer: mcp_scopes_server::token::Issuer) -> Result<Router, Box<dyn std::error::Error>> {
    let sessions = LocalSessionManager::default().into();
    let server =
        mcp_scopes_server::ResourceServer::builder(&adopted_clock::server::TOOLS).issuer(issuer).build().await?;
    let service = mcp_scopes_rmcp::service(&server, || Ok(Clock), sessions, Default::default())?;
    Ok(Router::new().fallback_service(service))
}
