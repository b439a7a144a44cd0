//! What `mcp-scopes init` made of servers on other SDKs than the current rmcp.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use mcp_scopes_server::{
    StdioCredentials,
    token::{Issuer, KeySet},
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tower::ServiceExt as _;

const ISSUER: &str = "https://auth.example.com";
const RESOURCE: &str = "https://mcp.example.com/mcp";
const METADATA: &str = "/.well-known/oauth-protected-resource/mcp";

/// A key of the issuer, in place of those that `Issuer::discover` fetches.
struct Key(EcdsaKeyPair);

impl Key {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn issuer(&self) -> Issuer {
        // The point is `04`, x, y.
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let key =
            json!({"kty": "EC", "crv": "P-256", "kid": "a", "use": "sig", "alg": "ES256", "x": text(x), "y": text(y)});
        Issuer::keys(ISSUER, KeySet::from_json(&json!({"keys": [key]}).to_string()).unwrap())
    }

    fn token(&self, scope: &str) -> String {
        let head = json!({"alg": "ES256", "kid": "a", "typ": "at+jwt"});
        let claims = json!({
            "iss": ISSUER, "aud": RESOURCE, "sub": "ada", "client_id": "app", "jti": "1", "scope": scope,
            "iat": 1_700_000_000_u64, "exp": 4_000_000_000_u64,
        });
        let signed = [head, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The revision that a server speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Era {
    /// 2025-06-18: a handshake, sessions.
    Legacy,
    /// 2026-07-28: each request is independent.
    Modern,
}

struct Client<'c> {
    app: &'c Router,
    era: Era,
    token: Option<String>,
}

impl Client<'_> {
    async fn send(&self, session: Option<&str>, method: &str, name: &str, body: &Value) -> (u16, HeaderMap, String) {
        // rmcp allows local hosts only, unless its configuration names others.
        let mut request = Request::post("/mcp").header("host", "localhost").header("content-type", "application/json");
        request = request.header("accept", "application/json, text/event-stream");
        if self.era == Era::Modern {
            let version = request.header("mcp-protocol-version", "2026-07-28");
            request = version.header("mcp-method", method).header("mcp-name", name);
        }
        if let Some(session) = session {
            request = request.header("mcp-session-id", session).header("mcp-protocol-version", "2025-06-18");
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let response = self.app.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        (parts.status.as_u16(), parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Calls a tool. Returns the status, the challenge and the body.
    async fn call(&self, tool: &str) -> (u16, String, String) {
        let client = json!({"name": "suite", "version": "1"});
        let mut params = json!({"name": tool, "arguments": {"path": "red"}});
        let mut session = None;
        match self.era {
            Era::Modern => {
                params["_meta"] = json!({
                    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                    "io.modelcontextprotocol/clientCapabilities": {},
                    "io.modelcontextprotocol/clientInfo": client,
                });
            }
            Era::Legacy => {
                let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
                let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello});
                let (_, headers, _) = self.send(None, "initialize", "", &hello).await;
                session = headers.get("mcp-session-id").map(|id| id.to_str().unwrap().to_owned());
                if session.is_some() {
                    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
                    self.send(session.as_deref(), "notifications/initialized", "", &ready).await;
                }
            }
        }
        let call = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params});
        let (status, headers, body) = self.send(session.as_deref(), "tools/call", tool, &call).await;
        let challenge = headers.get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
        (status, challenge.unwrap_or_default(), body)
    }
}

/// Checks a 401, a 403, a call and the metadata.
async fn is_protected(app: Router, key: &Key, era: Era, tool: &str, other: &str, result: &str) {
    let client = |token: Option<&str>| Client { app: &app, era, token: token.map(|scope| key.token(scope)) };
    let (status, challenge, _) = client(None).call(tool).await;
    assert_eq!(status, 401, "{tool}");
    assert!(challenge.contains(METADATA), "{tool}: {challenge}");
    let (status, challenge, _) = client(Some(other)).call(tool).await;
    assert_eq!(status, 403, "{tool}");
    assert!(challenge.contains(&format!("scope=\"{tool}\"")), "{tool}: {challenge}");
    let (status, _, body) = client(Some(tool)).call(tool).await;
    assert!(status == 200 && body.contains(result), "{tool}: {status} {body}");
    let request = Request::get(METADATA).body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    assert!(String::from_utf8(body.to_vec()).unwrap().contains(tool));
}

#[tokio::test]
async fn a_server_on_an_earlier_rmcp_answers_401_and_403_and_runs_calls() {
    let key = Key::new();
    let app = adopted_earlier::app(key.issuer()).await.unwrap();
    is_protected(app, &key, Era::Legacy, "darken", "list_lamps", "dark").await;
}

#[tokio::test]
async fn a_server_on_tower_mcp_answers_401_and_403_and_runs_calls() {
    let key = Key::new();
    let app = adopted_routes::app(key.issuer()).await.unwrap();
    is_protected(app, &key, Era::Legacy, "stop_train", "list_trains", "halted").await;
}

#[tokio::test]
async fn a_server_on_rust_mcp_sdk_answers_401_and_403_and_runs_calls() {
    let key = Key::new();
    let app = adopted_structs::app(key.issuer()).await.unwrap();
    is_protected(app, &key, Era::Modern, "cut_string", "list_kites", "red is gone").await;
}

#[tokio::test]
async fn a_server_on_stdio_with_an_earlier_rmcp_denies_and_runs_calls() {
    let grant = adopted_earlier_stdio::TOOLS.grant("toss");
    let credentials = StdioCredentials::of(mcp_scopes::Caller::new(grant, mcp_scopes::Environment::Live));
    let ((mut input, inside), (outside, output)) = (tokio::io::duplex(1 << 16), tokio::io::duplex(1 << 16));
    tokio::spawn(async move {
        adopted_earlier_stdio::serve(inside, output, credentials).await.map_err(|error| error.to_string())
    });
    let mut lines = BufReader::new(outside).lines();
    let client = json!({"name": "suite", "version": "1"});
    let begin = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
    let calls = [
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": begin}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "spend", "arguments": {}}}),
        json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "toss", "arguments": {}}}),
    ];
    for call in calls {
        input.write_all(format!("{call}\n").as_bytes()).await.unwrap();
    }
    let mut answers = Vec::new();
    while answers.len() < 3 {
        let answer: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
        answers.push(answer);
    }
    answers.sort_by_key(|answer| answer["id"].as_u64());
    assert!(answers[1]["error"]["message"].as_str().is_some_and(|text| text.contains("spend")), "{answers:?}");
    assert!(answers[2]["result"]["content"][0]["text"] == "heads", "{answers:?}");
}
