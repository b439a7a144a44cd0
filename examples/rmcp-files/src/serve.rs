//! The routes: the MCP endpoint with token checks, and the document at its well-known path.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, Uri, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::get,
};
use mcp_scopes::metadata::Metadata;
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
};

use crate::{client::DevelopmentTokens, server::FileServer};

/// Checks the token of each request.
struct Gate {
    tokens: DevelopmentTokens,
    metadata_url: String,
}

/// Serves `/mcp`, and the document at its well-known path.
///
/// # Errors
/// Returns an error if the document's URL has no path.
pub fn routes(server: FileServer, tokens: DevelopmentTokens, metadata: &Metadata) -> Result<Router, String> {
    let metadata_url = metadata.well_known_url();
    let path = metadata_url.parse::<Uri>().map_err(|error| format!("`{metadata_url}` is not a URL: {error}"))?;
    let document = metadata.to_json_pretty();
    let serve = get(move || async move { ([(header::CONTENT_TYPE, "application/json")], document) });
    // Without transport sessions, each request is independent and has its own token.
    let config = StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true);
    let sessions: Arc<LocalSessionManager> = Arc::default();
    // mcp-scopes: allow(unguarded-transport) `identify` checks the token, and `FileServer::call_tool` authorizes each call
    let service = StreamableHttpService::new(move || Ok(server.clone()), sessions, config);
    let gate = Arc::new(Gate { tokens, metadata_url: metadata_url.clone() });
    let mcp = Router::new().nest_service("/mcp", service).layer(from_fn_with_state(gate, identify));
    Ok(mcp.route(path.path(), serve))
}

/// Determines the caller. A request without a token is forwarded, for the public tools.
async fn identify(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    match gate.tokens.client(request.headers()) {
        Ok(client) => {
            request.extensions_mut().insert(client);
            next.run(request).await
        }
        Err(challenge) => {
            let challenge = challenge.resource_metadata(&gate.metadata_url);
            let status = StatusCode::from_u16(challenge.status()).unwrap_or(StatusCode::UNAUTHORIZED);
            (status, [(header::WWW_AUTHENTICATE, challenge.to_string())]).into_response()
        }
    }
}
