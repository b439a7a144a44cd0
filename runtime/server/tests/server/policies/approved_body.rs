//! The body of an approved call: what is decided on it, and what of it an approval is for.

use std::sync::Arc;

use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::{Claims, ResourceServer, Token, TokenError, TokenVerifier};
use serde_json::json;

use super::{
    ISSUER, Limited,
    elicitation::{Call, question, send},
};
use crate::server::RESOURCE;

/// List files
#[mcp_tool(scope = "files:read", risk = "low")]
fn list() {}
/// Open a file
#[mcp_tool(
    scope = all("files:read", when("/etc/*", "files:system")),
    risk = "low",
    policy(requires_approval_after("list"))
)]
fn open(path: &str) {
    let _ = path;
}
/// Change a file
#[mcp_tool(
    scope = all("files:read", when(argument = "force", "*", "files:admin")),
    risk = "low",
    policy(requires_approval_after("list"))
)]
fn change(path: &str, force: Option<&str>) {
    let _ = (path, force);
}

scope_table! { static GUARDED = [list, open, change] with "tests/server/policies/approvals.toml"; }

/// Accepts tokens of Ada that name their scopes: `read.system`.
struct Scoped;

impl TokenVerifier for Scoped {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let scopes: Vec<String> = token.expose_secret().split('.').map(|name| format!("files:{name}")).collect();
        Ok(Arc::new(Claims::builder(ISSUER).subject("ada").client("app").audience([RESOURCE]).scp(scopes).build()))
    }
}

/// Returns a server at which Ada has made the call after which others need an approval.
async fn triggered() -> Limited {
    let server = ResourceServer::builder(&GUARDED).resource(RESOURCE).authorization_server(ISSUER).verifier(Scoped);
    let server = Limited::with(server.approval_by_elicitation());
    send(&server, &Call::of("read", "list", json!({}))).await.passed();
    server
}

#[tokio::test]
async fn what_an_approved_call_has_for_the_tool_needs_its_scopes() {
    let server = triggered().await;
    let mut call = Call::of("read.system", "open", json!({"path": "/home/ada"}));
    call.responses = Some(json!({"name": {"action": "accept", "content": {"path": "/etc/shadow"}}}));
    let asked = send(&server, &call).await;
    question(&asked);
    let approved = call.answered(&asked, "accept");
    // A token of the same caller, without the scope that the answer to the tool needs.
    let answer = send(&server, &Call { token: "read".to_owned(), ..approved.clone() }).await;
    assert_eq!(answer.refused(), (403, 403));
    assert!(answer.challenge().contains(r#"scope="files:read files:system""#), "{}", answer.challenge());
    // Nothing was used up.
    send(&server, &approved).await.passed();
}

#[tokio::test]
async fn the_answer_to_the_layer_needs_no_scopes() {
    let server = triggered().await;
    let call = Call::of("read", "change", json!({"path": "x"}));
    let asked = send(&server, &call).await;
    question(&asked);
    send(&server, &call.answered(&asked, "accept")).await.passed();
    // With the argument, the caller is challenged and not asked.
    let forced = Call::of("read", "change", json!({"path": "x", "force": "yes"}));
    assert_eq!(send(&server, &forced).await.refused(), (403, 403));
}
