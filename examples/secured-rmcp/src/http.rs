//! The resource server in front of rmcp.

use std::{error::Error, sync::Arc};

use axum::Router;
use mcp_scopes::http::{
    Discovery, Environments, ResourceServer,
    token::{Algorithm, JwtVerifier, RemoteKeys, TokenCache},
};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
};

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
    let config = StreamableHttpServerConfig::default();
    let mcp: StreamableHttpService<NoteServer, LocalSessionManager> =
        StreamableHttpService::new(move || Ok(notes.clone()), Arc::default(), config);
    Ok(Router::new().nest_service("/mcp", mcp).layer(server))
}
