//! The layer in front of an axum router.

use axum::{Router, body::Body, extract::Request, routing::post};
use http::StatusCode;
use http_body_util::BodyExt;
use mcp_scopes::{AsCaller as _, Caller, Denied, mcp_tool, scope_table};
use mcp_scopes_server::{
    ResourceServer,
    extract::{self, VerifiedClaims},
};
use tower::ServiceExt;

use crate::server::{Ask, BuildNow as _, Tokens};

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low", guard = caller)]
async fn read_file(caller: &Caller) -> Result<&'static str, Denied> {
    Ok("read")
}

scope_table! { static FILES = [read_file]; }

async fn handler(caller: extract::Caller, claims: Option<VerifiedClaims>, request: Request) -> String {
    assert!(caller.grant().is_anonymous() == claims.is_none() && request.as_caller().is_some());
    match read_file(&caller).await {
        Ok(text) => text.to_owned(),
        Err(denied) => denied.to_string(),
    }
}

async fn send(app: Router, ask: Ask) -> (StatusCode, String) {
    let response = app.oneshot(ask.0.map(Body::new)).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn app() -> Router {
    let server = ResourceServer::builder(&FILES)
        .resource(crate::server::RESOURCE)
        .authorization_server("https://auth.example.com")
        .verifier(Tokens)
        .build_now()
        .unwrap();
    Router::new().route("/mcp", post(handler)).layer(server.layer())
}

#[tokio::test]
async fn passes_the_caller_to_handlers() {
    assert_eq!(send(app(), Ask::call("read_file").token("reader")).await, (StatusCode::OK, "read".to_owned()));
    let (status, _) = send(app(), Ask::call("read_file").token("runner")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn inline_check_rejects_callers_that_the_layer_accepts() {
    // The layer accepts the method, and the function rejects the call.
    let answer = send(app(), Ask::method("tools/list").token("runner")).await;
    assert_eq!(answer.0, StatusCode::OK);
    assert!(answer.1.contains("needs scope `files:read`"), "{}", answer.1);
}

#[tokio::test]
async fn serves_the_metadata_without_a_route() {
    let (status, text) = send(app(), Ask::new("GET", "/.well-known/oauth-protected-resource/mcp")).await;
    assert!(status == StatusCode::OK && text.contains("files:read"));
    let (status, _) = send(app(), Ask::new("GET", "/other")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn handlers_reject_requests_without_the_layer() {
    let (status, text) = send(Router::new().route("/mcp", post(handler)), Ask::call("read_file").token("reader")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(text.contains("put the resource server layer in front"), "{text}");
}
