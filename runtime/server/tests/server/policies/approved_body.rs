//! The body of an approved call: what is decided on it, and what of it an approval is for.

use std::sync::{Arc, Mutex};

use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::{
    Claims, ResourceServer, Token, TokenError, TokenVerifier,
    policies::{ApprovalQuery, Approver, ApproverAnswer},
};
use serde_json::{Value, json};

use super::{
    ISSUER, Limited, builder,
    elicitation::{Call, REVIEWED, question, send},
    reason,
};
use crate::server::{Ask, RESOURCE};

/// Say how the server is
#[mcp_tool(public, risk = "minimal")]
fn status() {}
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

scope_table! { static GUARDED = [status, list, open, change] with "tests/server/policies/approvals.toml"; }

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

/// The store would count a body of public calls as admitted.
#[tokio::test]
async fn a_wrong_approval_of_a_public_tool_renews_no_session() {
    let server = triggered().await;
    let call = Call::of("read", "open", json!({"path": "x"}));
    server.wait(590);
    let mut wrong = Call::of("read", "status", json!({}));
    wrong.state = Some(json!("mcp-scopes-approval.x"));
    assert_eq!(reason(&send(&server, &wrong).await), "invalid_approval");
    question(&send(&server, &call).await);
    server.wait(11);
    send(&server, &call).await.passed();
}

fn with_member(call: &Call, name: &str, value: Value) -> Ask {
    let mut params = call.params();
    params[name] = value;
    call.ask_with(&json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}))
}

#[tokio::test]
async fn further_members_of_the_parameters_are_approved_and_forwarded() {
    let server = triggered().await;
    let call = Call::of("read", "open", json!({"path": "x"}));
    let task = json!({"ttl": 60_000, "pollInterval": 1});
    let asked = server.server.send(with_member(&call, "task", task.clone())).await;
    let approved = call.clone().answered(&asked, "accept");
    for wrong in [approved.ask(), with_member(&approved, "task", json!({"ttl": 1, "pollInterval": 1}))] {
        assert_eq!(reason(&server.server.send(wrong).await), "invalid_approval");
    }
    let answer = server.server.send(with_member(&approved, "task", task.clone())).await;
    let body: Value = serde_json::from_slice(&answer.passed().body).unwrap();
    assert_eq!(body["params"]["task"], task);
    // `_meta` is about the request, and may differ.
    let asked = send(&server, &call).await;
    let approved = call.answered(&asked, "accept");
    let mut meta = approved.params()["_meta"].clone();
    meta["progressToken"] = json!("next");
    server.server.send(with_member(&approved, "_meta", meta)).await.passed();
}

/// Notes by what an approver would recognize calls.
#[derive(Default)]
struct Keys(Mutex<Vec<[u8; 32]>>);

impl Approver for Keys {
    async fn approve(&self, query: ApprovalQuery<'_>) -> ApproverAnswer {
        self.0.lock().unwrap().push(query.key());
        ApproverAnswer::Pending
    }
}

#[tokio::test]
async fn the_key_of_a_call_is_the_same_for_this_call_alone() {
    let keys = Arc::new(Keys::default());
    let server = Limited::with(builder(&REVIEWED).approver(Arc::clone(&keys)).allow_batches());
    let key = async |ask: Ask| {
        let answer = server.server.send(ask).await;
        assert!(answer.seen.is_none() && answer.body.contains("requires_human_review"), "{answer:?}");
        keys.0.lock().unwrap().pop().unwrap()
    };
    let call = Call::of("ada.app", "publish", json!({"version": "1", "to": ["a", "b"]}));
    let expected = key(call.ask()).await;
    // Another spelling, another id, another request.
    let spelled = call.params().to_string().replace(r#""version":"1""#, r#" "\u0076ersion" : "\u0031""#);
    let spelled = format!(r#"{{"params":{spelled},"id":7,"method":"tools/call","jsonrpc":"2.0"}}"#);
    let mut meta = call.params()["_meta"].clone();
    meta["progressToken"] = json!("next");
    let spelled = Ask::post(spelled).token("ada.app").header("mcp-protocol-version", "2026-07-28");
    for same in [
        call.ask(),
        spelled.header("mcp-method", "tools/call").header("mcp-name", "publish"),
        with_member(&call, "_meta", meta),
    ] {
        assert_eq!(key(same).await, expected);
    }
    let other = |change: fn(&mut Call)| {
        let mut other = call.clone();
        change(&mut other);
        other.ask()
    };
    let mut seen = vec![expected];
    for different in [
        other(|call| "bob.app".clone_into(&mut call.token)),
        other(|call| "ada.other".clone_into(&mut call.token)),
        other(|call| "ada".clone_into(&mut call.token)),
        other(|call| call.arguments = Some(json!({"version": "2", "to": ["a", "b"]}))),
        other(|call| call.arguments = None),
        other(|call| call.responses = Some(json!({"name": {"action": "accept"}}))),
        other(|call| call.responses = Some(json!({"name": {"action": "decline"}}))),
        other(|call| call.state = Some(json!("step-1"))),
        with_member(&call, "task", json!({"ttl": 1})),
        // A review of a call in the sandbox is none of the live one.
        call.ask().header("mcp-sandbox", "sandbox"),
    ] {
        let key = key(different).await;
        assert!(!seen.contains(&key));
        seen.push(key);
    }
    // In a batch, each message has its own parameters.
    let message = |id: u32| json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": "publish"}});
    let read = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "read", "task": {}}});
    let alone = key(Ask::post(message(1).to_string()).token("ada.app")).await;
    let together = key(Ask::post(json!([read, message(3)]).to_string()).token("ada.app")).await;
    assert_eq!(alone, together);
}
