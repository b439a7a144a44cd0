//! The resource server in front.

use axum::{Router, routing::post};
use mcp_scopes_server::{BuildError, Discovery, Environments, ResourceServer, token::ApiKeys};

use crate::{TOOLS, desk::Desk, mcp::answer};

/// Serves `/mcp` and, where clients look for it, the metadata. `resource` is the address under which clients know `/mcp`.
///
/// # Errors
/// What is wrong with the address.
pub fn routes(desk: Desk, resource: &str, keys: ApiKeys) -> Result<Router, BuildError> {
    let server = ResourceServer::new(&TOOLS)
        .resource(resource)
        .verifier(keys)
        // `sk_test_` acts in the sandbox, `sk_live_` on the real world.
        .environments(Environments::new().by_credential())
        // A shop has no business with what its key does not open.
        .discovery(Discovery::Filtered)
        .build()?;
    Ok(Router::new().route("/mcp", post(answer)).layer(server).with_state(desk))
}
