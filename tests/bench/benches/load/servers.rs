//! The servers under load: each bare and behind the layer, each with one tool that counts the characters of a note.

use std::sync::Arc;

use axum::{Json, Router, routing::post};
use mcp_scopes::{
    http::{Claims, ResourceServer, Token, TokenError, TokenVerifier, Verification, token::TokenCache},
    mcp_tool, mcp_tools, scope_table,
};
use rmcp::{
    ServerHandler,
    handler::server::wrapper::Parameters,
    tool, tool_handler, tool_router,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
    },
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// By which name clients call.
pub(crate) const HOST: &str = "notes.example.com";
const RESOURCE: &str = "https://notes.example.com/mcp";
const ISSUER: &str = "https://auth.example.com";

/// A server, bare and behind the layer.
pub(crate) struct Pair {
    pub(crate) name: &'static str,
    pub(crate) bare: Router,
    pub(crate) behind: Router,
}

/// All of them; the layer knows that token.
pub(crate) fn all(token: &str) -> [Pair; 2] {
    let verifier = TokenCache::new(OneToken(token.to_owned()));
    let server = ResourceServer::new(&TOOLS).resource(RESOURCE).authorization_server(ISSUER).verifier(verifier);
    let server = server.build().expect("the settings are sound");
    [
        Pair { name: "rmcp", bare: rmcp(None), behind: rmcp(Some(&server)) },
        // It does next to nothing besides, so that it shows all that the layer takes.
        Pair { name: "an echo by hand on axum", bare: by_hand(), behind: by_hand().layer(server) },
    ]
}

struct OneToken(String);

impl TokenVerifier for OneToken {
    fn verify<'a>(&'a self, token: Token<'a>) -> Verification<'a> {
        let claims = if token.expose_secret() == self.0 {
            Ok(Arc::new(Claims::new(ISSUER).subject("ada").audience([RESOURCE]).scope("notes:read")))
        } else {
            Err(TokenError::invalid("it is not known"))
        };
        Box::pin(async move { claims })
    }
}

#[derive(Deserialize, JsonSchema)]
struct Note {
    note: String,
}

/// What an author of an MCP server writes.
struct Notes;

#[mcp_tools]
#[tool_router]
impl Notes {
    #[mcp_tool(scope = "notes:read", risk = "low")]
    #[tool(description = "How long a note is")]
    async fn count_characters(&self, Parameters(Note { note }): Parameters<Note>) -> String {
        counted(&note)
    }
}

#[tool_handler]
impl ServerHandler for Notes {}

scope_table! { static TOOLS = [Notes::*]; }

fn counted(note: &str) -> String {
    format!("{} characters", note.chars().count())
}

/// The SDK's server, without sessions and with answers in JSON. Behind the layer its host is that of the resource.
fn rmcp(server: Option<&ResourceServer>) -> Router {
    let config = StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true);
    let sessions = Arc::<LocalSessionManager>::default();
    match server {
        None => {
            let config = config.with_allowed_hosts([HOST]);
            Router::new().route_service("/mcp", StreamableHttpService::new(|| Ok(Notes), sessions, config))
        }
        Some(server) => Router::new().route_service("/mcp", server.rmcp(|| Ok(Notes), sessions, config)),
    }
}

/// The same without an SDK, and without most of what one does.
fn by_hand() -> Router {
    Router::new().route(
        "/mcp",
        post(|Json(message): Json<Value>| async move {
            let note = message.pointer("/params/arguments/note").and_then(Value::as_str).unwrap_or_default();
            let content = json!([{"type": "text", "text": counted(note)}]);
            Json(json!({"jsonrpc": "2.0", "id": message.get("id"), "result": {"content": content}}))
        }),
    )
}
