//! What `mcp-scopes init` made of servers on other SDKs than the current rmcp.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use axum::{Router, body::Body, http::Request};
use mcp_scopes_server::token::{Issuer, KeySet};
use tower::ServiceExt as _;

/// The key of RFC 7517, appendix A.1.
const KEYS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"sig","alg":"ES256","kid":"1"}]}"#;

fn issuer() -> Issuer {
    Issuer::keys("https://auth.example.com", KeySet::from_json(KEYS).unwrap())
}

/// Asserts that a call without a token is rejected with a challenge, and that the metadata names the tools.
async fn is_protected(app: Router, tool: &str) {
    let body =
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{{}}}}}}"#);
    let request = Request::post("/mcp").header("host", "mcp.example.com").header("content-type", "application/json");
    let request = request.header("accept", "application/json, text/event-stream").body(Body::from(body)).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 401);
    assert!(response.headers().get("www-authenticate").unwrap().to_str().unwrap().contains("resource_metadata="));
    let request = Request::get("/.well-known/oauth-protected-resource/mcp").body(Body::empty()).unwrap();
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    assert!(String::from_utf8(body.to_vec()).unwrap().contains(tool));
}

#[tokio::test]
async fn a_server_on_an_earlier_rmcp_is_protected() {
    is_protected(adopted_earlier::app(issuer()).await.unwrap(), "darken").await;
}

#[tokio::test]
async fn a_server_on_tower_mcp_is_protected() {
    is_protected(adopted_routes::app(issuer()).await.unwrap(), "stop_train").await;
}
