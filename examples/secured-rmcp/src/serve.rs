//! The resource server in front of rmcp.

use std::{error::Error, sync::Arc};

use axum::Router;
use mcp_scopes_server::{
    Discovery, Environments, ResourceServer,
    policies::RedisStore,
    token::{self, Algorithm, Dpop},
};
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, session::local::LocalSessionManager};

use crate::{TOOLS, server::NoteServer};

/// The issuer of the tokens, and the URL of its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// The issuer identifier.
    pub name: String,
    /// The URL of its keys: `jwks_uri` of its metadata.
    pub keys: String,
}

/// Serves `/mcp`, and the metadata at its well-known path. `resource` is the URL under which clients know `/mcp`. With `dpop` it
/// also accepts tokens that are bound to a key. Replicas share sessions of policies in `store`; without it, they are in memory.
///
/// # Errors
/// Returns an error if a URL is invalid or the issuer does not answer with its keys.
pub async fn routes(
    notes: NoteServer,
    resource: &str,
    issuer: &Issuer,
    discovery: Discovery,
    dpop: Option<Dpop>,
    store: Option<RedisStore>,
) -> Result<Router, Box<dyn Error + Send + Sync>> {
    let issuer =
        token::Issuer::jwks(&issuer.name, &issuer.keys).algorithms([Algorithm::Es256]).require_access_token_type();
    let mut server = ResourceServer::builder(&TOOLS)
        .resource(resource)
        .issuer(issuer)
        .environments(Environments::new().by_claim("env"))
        .discovery(discovery)
        .describe_lists();
    if let Some(dpop) = dpop {
        server = server.dpop(dpop);
    }
    let is_replica = store.is_some();
    if let Some(store) = store {
        server = server.policy_store(store);
    }
    let server = server.build().await?;
    // No sessions of the transport: an anonymous one ends when its client gets a token, and few clients start a new one
    // automatically. Another replica would not know them. These tools keep no state between calls.
    let has_sessions = discovery == Discovery::Baseline && !is_replica;
    let config = StreamableHttpServerConfig::default().with_legacy_session_mode(has_sessions);
    let mcp =
        mcp_scopes_rmcp::service(&server, move || Ok(notes.clone()), Arc::<LocalSessionManager>::default(), config)?;
    let documents =
        server.metadata_paths().fold(Router::new(), |router, path| router.route_service(path, server.well_known()));
    Ok(documents.route_service("/mcp", mcp))
}
