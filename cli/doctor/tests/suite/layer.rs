//! Servers behind our own layer, on which nothing is found.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Body,
    http::{HeaderMap, Response},
    routing::post,
};
use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_doctor::{Examination, Options};
use mcp_scopes_server::{Claims, Discovery, ResourceServer, Token, TokenError, TokenVerifier};
use serde_json::{Value, json};

use crate::{
    server::{Faults, Server},
    support::{full, low, options, rules, run},
};

/// Return the titles of all notes
#[mcp_tool(scope = "notes:list", risk = "low")]
fn list_notes() {}
/// Return the text of one note
#[mcp_tool(scope = "notes:read", risk = "low")]
fn read_note() {}
/// Copy new notes from the other office
#[mcp_tool(scope = all("notes:read", "notes:sync"), risk = "low")]
fn sync_notes() {}

scope_table! { static TOOLS = [list_notes, read_note, sync_notes] with "tests/suite/mcp-scopes.toml"; }

/// Knows the two tokens of the tests.
struct Known {
    resource: String,
    issuer: String,
}

impl TokenVerifier for Known {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let (subject, scope) = match token.expose_secret() {
            known if known == low() => ("ada", "notes:list"),
            known if known == full() => ("bea", "notes:list notes:read notes:sync"),
            _ => return Err(TokenError::invalid("it is not known")),
        };
        let claims = Claims::builder(&self.issuer).subject(subject).audience([self.resource.as_str()]);
        Ok(Arc::new(claims.scope(scope).build()))
    }
}

/// Answers what the layer admits.
async fn answer(headers: HeaderMap, Json(message): Json<Value>) -> Response<Body> {
    let revision = headers.get("mcp-protocol-version").and_then(|value| value.to_str().ok()).unwrap_or("2025-03-26");
    let response = |status: u16, body: Value| {
        let builder = Response::builder().status(status).header("content-type", "application/json");
        builder.body(Body::from(body.to_string())).unwrap()
    };
    if !["2026-07-28", "2025-11-25"].contains(&revision) {
        return response(400, json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -32022, "message": "unsupported"}}));
    }
    let result = match message["method"].as_str().unwrap_or_default() {
        "server/discover" => {
            json!({"resultType": "complete", "supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}, "ttlMs": 0, "cacheScope": "public"})
        }
        "tools/list" => {
            let tools: Vec<Value> = TOOLS
                .tools()
                .map(|tool| json!({"name": tool.name, "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": true}}))
                .collect();
            json!({"resultType": "complete", "tools": tools, "ttlMs": 0, "cacheScope": "public"})
        }
        "tools/call" => json!({"resultType": "complete", "content": []}),
        _ => {
            return response(
                404,
                json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -32601, "message": "unknown method"}}),
            );
        }
    };
    response(200, json!({"jsonrpc": "2.0", "id": 1, "result": result}))
}

/// Examines a server behind the layer. Its authorization server is that of the sound server.
async fn behind(discovery: Discovery) -> Examination {
    let beside = Server::start(Faults::default()).await;
    let issuer = format!("{}/auth", beside.served.origin);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let resource = format!("http://{}/mcp", listener.local_addr().unwrap());
    let server = ResourceServer::builder(&TOOLS)
        .resource(&resource)
        .authorization_server(&issuer)
        .verifier(Known { resource: resource.clone(), issuer })
        .discovery(discovery)
        .build()
        .await
        .unwrap();
    let router = Router::new().route("/mcp", post(answer)).layer(server.layer());
    let documents =
        server.metadata_paths().fold(router, |router, path| router.route_service(path, server.well_known()));
    tokio::spawn(async { axum::serve(listener, documents).await });
    run(&Options { call: true, ..options(&resource) }).await
}

#[tokio::test]
async fn finds_nothing_behind_the_layer() {
    for discovery in [Discovery::Baseline, Discovery::Filtered] {
        let examination = behind(discovery).await;
        assert_eq!(rules(&examination), [""; 0], "{discovery:?} {:#?}", examination.report.findings);
        assert_eq!(examination.skipped, []);
    }
}

/// A list that anyone may read is legal, and reported unless it is meant.
#[tokio::test]
async fn reports_an_open_list_behind_the_layer() {
    assert_eq!(rules(&behind(Discovery::Open).await), ["anonymous-access"]);
}
