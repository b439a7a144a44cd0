//! The resource server in front of rmcp.

use std::{error::Error, sync::Arc};

use axum::Router;
use mcp_scopes_server::{
    Discovery, Environments, ResourceServer,
    token::{Algorithm, JwtVerifier, RemoteKeys, TokenCache},
};
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, session::local::LocalSessionManager};

use crate::{TOOLS, server::NoteServer};

/// Who issues the tokens, and where its keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Its identifier.
    pub name: String,
    /// The address of its keys: `jwks_uri` of its metadata.
    pub keys: String,
}

/// Serves `/mcp` and, where clients look for it, the metadata. `resource` is the address under which clients know `/mcp`.
///
/// # Errors
/// What is wrong with the addresses.
pub fn routes(
    notes: NoteServer,
    resource: &str,
    issuer: &Issuer,
    discovery: Discovery,
) -> Result<Router, Box<dyn Error + Send + Sync>> {
    let verifier = JwtVerifier::new(&issuer.name, resource, RemoteKeys::new(&issuer.keys)?)
        .algorithms([Algorithm::Es256])
        .require_access_token_type();
    let server = ResourceServer::new(&TOOLS)
        .resource(resource)
        .authorization_server(&issuer.name)
        .verifier(TokenCache::new(verifier))
        .environments(Environments::new().by_claim("env"))
        .discovery(discovery)
        .build()?;
    // Where callers without a token are let in, their sessions are nobody's, and end when they get one. Few clients begin anew
    // by themselves; and tools that keep nothing between calls need no sessions.
    let config = StreamableHttpServerConfig::default().with_legacy_session_mode(discovery == Discovery::Baseline);
    let mcp =
        mcp_scopes_rmcp::service(&server, move || Ok(notes.clone()), Arc::<LocalSessionManager>::default(), config);
    let documents =
        server.metadata_paths().fold(Router::new(), |router, path| router.route_service(path, server.well_known()));
    Ok(documents.route_service("/mcp", mcp))
}
