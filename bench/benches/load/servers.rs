//! The servers under load. Each has a tool that counts the characters of a note.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use axum::{Json, Router, middleware::from_fn_with_state, routing::post};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use futures_util::FutureExt as _;
use jsonwebtoken::DecodingKey;
use mcp_scopes::{ScopeTable, mcp_tool, mcp_tools, scope_table};
use mcp_scopes_server::{Discovery, ResourceServer, token::KeySet};
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

use super::middleware::{Guard, guard};

/// The host name that clients use.
pub(crate) const HOST: &str = "notes.example.com";
const RESOURCE: &str = "https://notes.example.com/mcp";
const ISSUER: &str = "https://auth.example.com";

/// A server on rmcp, without protection and with two kinds of it.
pub(crate) struct Servers {
    pub(crate) bare: Router,
    /// Behind the layer, with a cache of verified tokens.
    pub(crate) layer: Router,
    /// Behind the middleware that a user would otherwise write.
    pub(crate) middleware: Router,
}

/// The servers on rmcp.
pub(crate) fn rmcp(issuer: &Issuer) -> Servers {
    let guarded = Guard::new(
        issuer.decoding(),
        ISSUER,
        RESOURCE,
        [("count_characters", "notes:read"), ("forget_note", "notes:write")],
    );
    Servers {
        bare: bare(),
        layer: Router::new().route_service(
            "/mcp",
            mcp_scopes_rmcp::service(&issuer.server(&TOOLS), || Ok(Notes), sessions(), config())
                .expect("nothing else is offered"),
        ),
        middleware: bare().layer(from_fn_with_state(guarded, guard)),
    }
}

/// A minimal server, alone and behind the layer. It shows the full overhead of the layer.
pub(crate) fn echo(issuer: &Issuer) -> [Router; 2] {
    [by_hand(), by_hand().layer(issuer.server(&TOOLS).layer())]
}

/// Signs tokens with RS256 and a key of 2048 bits.
pub(crate) struct Issuer(RsaKeyPair);

impl Issuer {
    pub(crate) fn new() -> Self {
        Self(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"))
    }

    /// An access token as RFC 9068 describes it.
    pub(crate) fn token(&self, scope: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
        let header = json!({"alg": "RS256", "typ": "at+jwt", "kid": "1"});
        let claims = json!({
            "iss": ISSUER, "aud": RESOURCE, "sub": "ada", "client_id": "a-client", "iat": now, "exp": now + 24 * 3600,
            "jti": "c0a8f2d4-6f5e-4d0e-9f53-2f0d0a4b7c11", "scope": scope,
        });
        let message = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).expect("a signature");
        format!("{message}.{}", BASE64.encode(signature))
    }

    /// The public key as in a JWK: modulus and exponent.
    fn parts(&self) -> [String; 2] {
        let key = self.0.public_key();
        [
            BASE64.encode(key.modulus().big_endian_without_leading_zero()),
            BASE64.encode(key.exponent().big_endian_without_leading_zero()),
        ]
    }

    fn decoding(&self) -> DecodingKey {
        let [modulus, exponent] = self.parts();
        DecodingKey::from_rsa_components(&modulus, &exponent).expect("a public key")
    }

    pub(crate) fn server(&self, table: &'static ScopeTable) -> ResourceServer {
        let [modulus, exponent] = self.parts();
        let keys = json!({"keys": [{"kty": "RSA", "kid": "1", "n": modulus, "e": exponent}]});
        let keys = KeySet::from_json(&keys.to_string()).expect("a key set");
        let server = ResourceServer::builder(table)
            .resource(RESOURCE)
            .issuer(mcp_scopes_server::token::Issuer::keys(ISSUER, keys));
        // Same as the middleware.
        server
            .discovery(Discovery::Filtered)
            .build()
            .now_or_never()
            .expect("nothing is fetched")
            .expect("the settings are sound")
    }
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Note {
    pub(crate) note: String,
}

/// The code of a typical MCP server.
struct Notes;

#[mcp_tools]
#[tool_router]
impl Notes {
    #[mcp_tool(scope = "notes:read", risk = "low")]
    #[tool(description = "How long a note is")]
    async fn count_characters(&self, Parameters(Note { note }): Parameters<Note>) -> String {
        counted(&note)
    }

    #[mcp_tool(scope = "notes:write", risk = "high")]
    #[tool(description = "Forget a note")]
    async fn forget_note(&self) -> String {
        "forgotten".to_owned()
    }
}

#[tool_handler]
impl ServerHandler for Notes {}

scope_table! { static TOOLS = [Notes::*] with "benches/load/mcp-scopes.toml"; }

pub(crate) fn counted(note: &str) -> String {
    format!("{} characters", note.chars().count())
}

/// The SDK's server, configured with the host name of the resource.
fn bare() -> Router {
    let config = config().with_allowed_hosts([HOST]);
    Router::new().route_service("/mcp", StreamableHttpService::new(|| Ok(Notes), sessions(), config))
}

/// Without sessions and with answers in JSON.
pub(crate) fn config() -> StreamableHttpServerConfig {
    StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true)
}

pub(crate) fn sessions() -> Arc<LocalSessionManager> {
    Arc::default()
}

/// The same server without an SDK and without most of its features.
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
