//! The resource server in front of the router.

use axum::{Router, routing::post};
use mcp_scopes_server::{BuildError, Discovery, Environments, ResourceServer, token::ApiKeys};

use crate::{TOOLS, desk::Desk, mcp::answer};

/// Serves `/mcp`, and the metadata at its well-known path. `resource` is the URL under which clients know `/mcp`.
///
/// # Errors
/// Returns an error if the URL is invalid.
pub async fn routes(desk: Desk, resource: &str, keys: ApiKeys) -> Result<Router, BuildError> {
    let server = ResourceServer::builder(&TOOLS)
        .resource(resource)
        .api_keys(keys)
        // `sk_test_` acts in the sandbox, `sk_live_` in production.
        .environments(Environments::new().by_credential())
        // A caller only sees the tools that its key opens.
        .discovery(Discovery::Filtered)
        .build()
        .await?;
    Ok(Router::new().route("/mcp", post(answer)).layer(server.layer()).with_state(desk))
}
