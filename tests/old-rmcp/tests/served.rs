//! Requests to the servers, through the layer.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use mcp_scopes::ScopeTable;
use mcp_scopes_old_rmcp::{rmcp_0_8, rmcp_1_8, rmcp_2_2, rmcp_3_1};
use mcp_scopes_server::{Claims, Discovery, HiddenTools, ResourceServer, Token, TokenError, TokenVerifier};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Tokens that name the scope that they grant, with a dot in place of the colon, which no token has (RFC 6750 §2.1).
struct Tokens;

impl TokenVerifier for Tokens {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let claims = Claims::builder("https://auth.example.com").audience(["https://files.example.com/mcp"]);
        Ok(Arc::new(claims.subject("ada").scope(&token.expose_secret().replace('.', ":")).build()))
    }
}

struct Server {
    layer: ResourceServer,
    inner: Router,
}

impl Server {
    async fn new(table: &'static ScopeTable, inner: Router) -> Self {
        let builder = ResourceServer::builder(table).verifier(Tokens).discovery(Discovery::Filtered);
        let builder = builder.hidden_tools(HiddenTools::Challenge);
        Self { layer: builder.build().await.unwrap(), inner }
    }

    async fn send(&self, token: Option<&str>, session: Option<&str>, body: &Value) -> (StatusCode, HeaderMap, String) {
        let mut request = Request::post("https://files.example.com/mcp")
            .header("host", "files.example.com")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(session) = session {
            request = request.header("mcp-session-id", session).header("mcp-protocol-version", "2025-06-18");
        }
        let request = request.body(Body::from(body.to_string())).unwrap();
        let answer = self.layer.layer().layer(self.inner.clone()).oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = to_bytes(Body::new(body), 1 << 20).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Sends one request in a session of that token. Returns the status, the challenge and the message.
    async fn ask(&self, token: Option<&str>, method: &str, params: Value) -> (StatusCode, String, Value) {
        let hello = json!({
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "suite", "version": "1"},
        });
        let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello});
        let (_, headers, _) = self.send(token, None, &hello).await;
        let session = headers.get("mcp-session-id").map(|id| id.to_str().unwrap().to_owned());
        if session.is_some() {
            let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
            self.send(token, session.as_deref(), &ready).await;
        }
        let request = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
        let (status, headers, body) = self.send(token, session.as_deref(), &request).await;
        let challenge = headers.get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
        let message = body.lines().map(|line| line.strip_prefix("data:").unwrap_or(line)).find_map(|line| {
            let message: Value = serde_json::from_str(line).ok()?;
            (message.get("id") == Some(&json!(7))).then_some(message)
        });
        (status, challenge.unwrap_or_default(), message.unwrap_or(Value::Null))
    }

    async fn call(&self, token: Option<&str>, tool: &str, arguments: Value) -> (StatusCode, String, String) {
        let params = json!({"name": tool, "arguments": arguments});
        let (status, challenge, message) = self.ask(token, "tools/call", params).await;
        let text = message.pointer("/result/content/0/text").and_then(Value::as_str).unwrap_or_default();
        (status, challenge, text.to_owned())
    }
}

async fn is_protected(table: &'static ScopeTable, inner: Router) {
    let server = Server::new(table, inner).await;
    let path = json!({"path": "notes.txt"});
    let (status, challenge, _) = server.call(None, "read_file", path.clone()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(challenge.contains("resource_metadata=") && challenge.contains("scope=\"files:read\""), "{challenge}");
    let (status, challenge, _) = server.call(Some("files.read"), "write_file", path.clone()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(challenge.contains("error=\"insufficient_scope\"") && challenge.contains("files:write"), "{challenge}");
    let (status, _, text) = server.call(Some("files.read"), "read_file", path.clone()).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "read notes.txt"));
    let (status, _, text) = server.call(Some("files.write"), "write_file", path).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "written notes.txt with Some(\"files:read+files:write\")"));
    for (token, expected) in [
        (None, &["status"][..]),
        (Some("files.read"), &["read_file", "status"]),
        (Some("files.write"), &["read_file", "status", "write_file"]),
    ] {
        let (status, challenge, message) = server.ask(token, "tools/list", json!({})).await;
        assert_eq!(status, StatusCode::OK, "{token:?} {challenge}");
        let Some(tools) = message.pointer("/result/tools").and_then(Value::as_array) else { panic!("{message}") };
        let mut names: Vec<&str> = tools.iter().filter_map(|tool| tool.get("name")?.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, expected, "{token:?}");
    }
    let document = table.metadata().build().unwrap().to_json().to_string();
    let document: Value = serde_json::from_str(&document).unwrap();
    let parameters = document.pointer("/mcp_extensions/tool_scope_mapping/write_file/parameters");
    assert_eq!(parameters, Some(&json!(["path"])), "{document}");
}

#[tokio::test]
async fn rmcp_0_8_is_protected() {
    is_protected(&rmcp_0_8::TOOLS, rmcp_0_8::router()).await;
}

#[tokio::test]
async fn rmcp_1_8_is_protected() {
    is_protected(&rmcp_1_8::TOOLS, rmcp_1_8::router()).await;
}

#[tokio::test]
async fn rmcp_2_2_is_protected() {
    is_protected(&rmcp_2_2::TOOLS, rmcp_2_2::router()).await;
}

#[tokio::test]
async fn rmcp_3_1_is_protected() {
    is_protected(&rmcp_3_1::TOOLS, rmcp_3_1::router()).await;
}
