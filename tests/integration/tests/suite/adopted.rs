//! Requests to the servers of `tests/adopted`: what `mcp-scopes init` made of servers that guarded nothing.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use axum::{Router, body::Body, http::Request};
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

/// Calls a tool. Returns the status, the challenge and the body.
async fn call(app: &Router, tool: &str, token: Option<&str>) -> (u16, String, String) {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "suite", "version": "1"},
    });
    let params = json!({"name": tool, "arguments": {"path": "notes.txt"}, "_meta": meta});
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    let mut request =
        Request::post("/mcp").header("host", "mcp.example.com").header("content-type", "application/json");
    for (name, value) in [
        ("accept", "application/json, text/event-stream"),
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", tool),
    ] {
        request = request.header(name, value);
    }
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let response = app.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
    let challenge = response.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, challenge.unwrap_or_default(), String::from_utf8(body.to_vec()).unwrap())
}

/// Checks a 401, a 403 and a call.
async fn check(app: Router, key: &Key, tool: &str, scope: &str, other: &str, result: &str) {
    let (status, challenge, _) = call(&app, tool, None).await;
    assert_eq!(status, 401, "{tool}");
    assert!(challenge.contains("/.well-known/oauth-protected-resource/mcp"), "{tool}: {challenge}");
    let (status, challenge, _) = call(&app, tool, Some(&key.token(other))).await;
    assert_eq!(status, 403, "{tool}");
    assert!(challenge.contains(&format!("scope=\"{scope}\"")), "{tool}: {challenge}");
    let (status, _, body) = call(&app, tool, Some(&key.token(scope))).await;
    assert!(status == 200 && body.contains(result), "{tool}: {status} {body}");
    let document = Request::get("/.well-known/oauth-protected-resource/mcp").body(Body::empty()).unwrap();
    assert_eq!(app.oneshot(document).await.unwrap().status(), 200, "{tool}");
}

#[tokio::test]
async fn servers_over_http_answer_401_and_403_and_run_calls() {
    let key = Key::new();
    let issuer = || key.issuer();
    let app = adopted_single::app(issuer()).await.unwrap();
    check(app.clone(), &key, "discard_note", "discard_note", "list_titles", "discarded").await;
    check(app, &key, "list_titles", "list_titles", "count_words", "groceries").await;
    let app = adopted_joined::app(issuer()).await.unwrap();
    check(app.clone(), &key, "close_all", "close_all", "list_tickets", "closed").await;
    check(app, &key, "find_tickets", "find_tickets", "list_tickets", "none").await;
    let app = adopted_named::app(issuer()).await.unwrap();
    check(app.clone(), &key, "delete_file", "files:delete", "files:read", "notes.txt").await;
    check(app, &key, "read_file", "files:read", "files:move", "notes.txt").await;
    check(adopted_bells::app(issuer()).await.unwrap(), &key, "ring", "ring", "other", "dong").await;
    check(adopted_tower::app(issuer()).await.unwrap(), &key, "adjust", "adjust", "tell_time", "adjusted").await;
    // Each of two servers knows its own tools alone.
    let (gulls, seals) = (adopted_two::gulls(issuer()).await.unwrap(), adopted_two::seals(issuer()).await.unwrap());
    check(gulls.clone(), &key, "scare", "scare", "count", "scared").await;
    check(seals.clone(), &key, "feed", "feed", "watch_sand", "fed").await;
    for (app, tool) in [(gulls, "feed"), (seals, "scare")] {
        let (status, _, body) = call(&app, tool, Some(&key.token("feed scare"))).await;
        assert!(!body.contains("scared") && !body.contains("fed\""), "{tool}: {status} {body}");
    }
    let app = adopted_large::app(issuer()).await.unwrap();
    check(app, &key, "zero_gauge_1", "zero_gauge_1", "inspect_gauge_0", "1").await;
}

#[tokio::test]
async fn tools_without_functions_are_protected() {
    let key = Key::new();
    let app = adopted_by_hand::app(key.issuer()).await.unwrap();
    check(app, &key, "reset_memory", "reset_memory", "add", "0").await;
    let app = adopted_dynamic::app(key.issuer()).await.unwrap();
    for (tool, result) in [("inspect_heat", "21"), ("restart", "restarted"), ("halt", "halted")] {
        check(app.clone(), &key, tool, tool, "inspect_pressure", result).await;
    }
}

#[tokio::test]
async fn a_server_on_stdio_denies_and_runs_calls() {
    let grant = adopted_stdio::TOOLS.grant("roll");
    let credentials = StdioCredentials::of(mcp_scopes::Caller::new(grant, mcp_scopes::Environment::Live));
    let ((mut input, inside), (outside, output)) = (tokio::io::duplex(1 << 16), tokio::io::duplex(1 << 16));
    tokio::spawn(
        async move { adopted_stdio::serve(inside, output, credentials).await.map_err(|error| error.to_string()) },
    );
    let mut lines = BufReader::new(outside).lines();
    let client = json!({"name": "suite", "version": "1"});
    let begin = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client});
    let calls = [
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": begin}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "exchange", "arguments": {}}}),
        json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "roll", "arguments": {}}}),
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
    assert!(answers[1]["error"]["message"].as_str().is_some_and(|text| text.contains("exchange")), "{answers:?}");
    assert!(answers[2]["result"]["content"][0]["text"] == "4", "{answers:?}");
}
