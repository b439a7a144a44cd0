//! A server on a loopback socket: rmcp with sessions, streams and an event store behind the layer, and an issuer that introspects
//! opaque tokens and publishes keys for JWTs.

use std::{
    net::SocketAddr,
    sync::{Arc, PoisonError},
    time::Duration,
};

use axum::Router;
use mcp_scopes::ScopeTable;
use mcp_scopes_server::{ResourceServer, ResourceServerBuilder, token::ClientCredentials};
use rmcp::{
    ServerHandler,
    transport::streamable_http_server::{StreamableHttpServerConfig, session::local::LocalSessionManager},
};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use super::{
    client::{self, Open, Reply},
    events::Numbered,
    notes::{BOARD, Board, NOTES, Notes, Runs},
};
use crate::{
    issuer::{Answer, Issuer, Responses},
    server::{Ask, RESOURCE},
    tokens::{ISSUER, KEYS, ec_jwk, ed_jwk, now},
};

/// The server and its dependencies.
pub(super) struct Fixture {
    pub(super) address: SocketAddr,
    /// The introspection endpoint.
    pub(super) introspection: Issuer,
    /// The address of the keys for JWTs.
    pub(super) keys: Issuer,
    pub(super) server: ResourceServer,
    pub(super) runs: Runs,
    responses: Responses,
}

impl Fixture {
    /// Starts a server with an event store and without a public tool.
    pub(super) async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    /// Starts the same server with other settings.
    pub(super) async fn with(set: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder) -> Self {
        Self::start(&NOTES, Notes, stored(), set).await
    }

    /// Starts the same server without an event store.
    pub(super) async fn without_event_store() -> Self {
        Self::start(&NOTES, Notes, LocalSessionManager::default(), |builder| builder).await
    }

    /// Starts a server with an event store and a public tool.
    pub(super) async fn with_public_tool() -> Self {
        Self::start(&BOARD, Board, stored(), |builder| builder).await
    }

    /// Starts the same server with an issuer that answers with these keys, and does not wait for usable ones.
    pub(super) async fn with_keys(keys: String) -> Self {
        Self::start_with(Some(keys), &NOTES, Notes, stored(), |builder| builder).await
    }

    async fn start<H: ServerHandler>(
        table: &'static ScopeTable,
        handler: fn(Runs) -> H,
        sessions: LocalSessionManager,
        set: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder,
    ) -> Self {
        Self::start_with(None, table, handler, sessions, set).await
    }

    async fn start_with<H: ServerHandler>(
        unusable_keys: Option<String>,
        table: &'static ScopeTable,
        handler: fn(Runs) -> H,
        sessions: LocalSessionManager,
        set: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder,
    ) -> Self {
        let (runs, responses) = (Runs::default(), Responses::default());
        let introspection = Issuer::new(Answer::PerToken(Arc::clone(&responses)));
        let keys = json!({"keys": [ed_jwk(&KEYS.ed, "ed"), ec_jwk(&KEYS.p256, "P-256", "p256")]});
        let is_lazy = unusable_keys.is_some();
        let keys = Issuer::new(Answer::good(unusable_keys.unwrap_or_else(|| keys.to_string())));
        let credentials = ClientCredentials::basic("notes", "s3cret");
        let asked = mcp_scopes_server::token::Issuer::introspection(ISSUER, introspection.url(), credentials)
            .leeway(Duration::ZERO)
            .timeout(Duration::from_secs(30));
        let jwts = mcp_scopes_server::token::Issuer::jwks(ISSUER, keys.url());
        let jwts = if is_lazy { jwts.lazy() } else { jwts };
        let server = set(ResourceServer::builder(table).issuer(jwts).issuer(asked)).build().await.unwrap();
        let service = {
            let runs = runs.clone();
            let config = StreamableHttpServerConfig::default();
            mcp_scopes_rmcp::service(&server, move || Ok(handler(runs.clone())), sessions.into(), config).unwrap()
        };
        let address = serve(Router::new().fallback_service(service)).await;
        Self { address, introspection, keys, server, runs, responses }
    }

    /// Issues an opaque token that is active for ten minutes and has these claims.
    pub(super) fn token(&self, claims: &Value) -> String {
        let mut response = json!({"active": true, "iss": ISSUER, "aud": RESOURCE, "exp": now() + 600});
        response.as_object_mut().unwrap().extend(object(claims));
        self.token_with(response.to_string())
    }

    /// Issues an opaque token with that introspection response.
    pub(super) fn token_with(&self, response: String) -> String {
        let mut responses = self.responses.lock().unwrap_or_else(PoisonError::into_inner);
        let token = format!("opaque-{}", responses.len());
        responses.insert(token.clone(), response);
        token
    }

    /// Issues a token of a user of the client `app`.
    pub(super) fn user(&self, subject: &str, scope: &str) -> String {
        self.token(&json!({"sub": subject, "client_id": "app", "scope": scope}))
    }

    /// Issues a token of the user `ada` with the scope `notes:read`.
    pub(super) fn reader(&self) -> String {
        self.user("ada", "notes:read")
    }

    pub(super) async fn send(&self, ask: Ask) -> Reply {
        client::send(self.address, ask).await
    }

    pub(super) async fn open(&self, ask: Ask) -> Open {
        client::open(self.address, ask).await
    }

    /// Begins a session of 2025-11-25 and returns its id.
    pub(super) async fn session(&self, token: &str) -> String {
        let params =
            json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
        let handshake = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params});
        let began = self.send(Ask::post(handshake.to_string()).token(token)).await;
        assert_eq!(began.status, 200, "{began:?}");
        let session = began.header("mcp-session-id").to_owned();
        let ready = Ask::post(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).token(token);
        let ready = self.send(in_session(ready, &session)).await;
        assert_eq!(ready.status, 202, "{ready:?}");
        session
    }

    /// Asserts that the server still answers, with a call that must run.
    pub(super) async fn assert_answers(&self) {
        let reply = self.send(modern_call("read_note", &json!({"title": "still here"})).token(&self.reader())).await;
        assert_eq!((reply.status, reply.text().as_str()), (200, "still here"));
        self.runs.take();
    }
}

/// Serves an app on a loopback socket.
pub(super) async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

fn stored() -> LocalSessionManager {
    LocalSessionManager::default().with_event_store(Arc::new(Numbered::default()))
}

pub(super) fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// Returns a call of 2025-11-25 that asks for progress.
pub(super) fn call(tool: &str, arguments: &Value) -> Ask {
    let params = json!({"name": tool, "arguments": arguments, "_meta": {"progressToken": "p"}});
    Ask::post(json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).to_string())
}

/// Returns a call of 2026-07-28, which needs no session.
pub(super) fn modern_call(tool: &str, arguments: &Value) -> Ask {
    Ask::modern("tools/call", &format!(r#""name":"{tool}","arguments":{arguments},"#)).header("mcp-name", tool)
}

/// Adds the headers of a session of 2025-11-25.
pub(super) fn in_session(ask: Ask, session: &str) -> Ask {
    ask.header("mcp-session-id", session).header("mcp-protocol-version", "2025-11-25")
}

/// Returns a GET that opens a listening stream.
pub(super) fn listen() -> Ask {
    Ask::new("GET", "/mcp").header("accept", "text/event-stream")
}

/// Returns a GET that asks for the events after that one.
pub(super) fn replay(id: &str) -> Ask {
    listen().header("last-event-id", id)
}
