//! Approval by elicitation: what is asked, what an answer does, and clients that cannot ask.

use std::sync::Arc;

use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::policies::{ApprovalQuery, Approver, ApproverAnswer};
use serde_json::{Value, json};

use super::{Limited, builder, denial, message, reason};
use crate::server::{Answer, Ask, Seen};

/// Deploy a version
#[mcp_tool(
    scope = "files:read",
    risk = "low",
    sandbox = "allow",
    policy(requires_approval_after("read:/home/*"), blocked_patterns("forbidden*"))
)]
fn deploy(version: &str) {
    let _ = version;
}
/// Release a version
#[mcp_tool(scope = "files:read", risk = "low", sandbox = "allow", policy(requires_approval_after("read:/home/*")))]
fn release(version: &str) {
    let _ = version;
}
/// Read a file
#[mcp_tool(scope = "files:read", risk = "low", sandbox = "allow")]
fn read(path: &str) {
    let _ = path;
}
/// Publish a version
#[mcp_tool(
    scope = "files:read",
    risk = "low",
    sandbox = "allow",
    policy(requires_human_review, requires_approval_after("read:/home/*"))
)]
fn publish(version: &str) {
    let _ = version;
}

scope_table! { pub(crate) static ASKING = [read, deploy, release] with "tests/server/policies/contents.toml"; }
scope_table! { pub(super) static CHANGED = [read, deploy] with "tests/server/policies/contents.toml"; }
scope_table! { static PROBED = [read, deploy] with "tests/server/policies/ends.toml"; }
scope_table! { pub(super) static REVIEWED = [read, deploy, publish] with "tests/server/policies/contents.toml"; }

/// The name of the question and of its answer.
pub(crate) const QUESTION: &str = "io.github.mcp-scopes/approval";

/// A call of 2026-07-28 from a client that can show forms.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) token: String,
    pub(crate) tool: &'static str,
    pub(crate) arguments: Option<Value>,
    pub(crate) responses: Option<Value>,
    pub(crate) state: Option<Value>,
    pub(crate) capabilities: Value,
}

impl Call {
    pub(crate) fn of(token: &str, tool: &'static str, arguments: Value) -> Self {
        Self {
            token: token.to_owned(),
            tool,
            arguments: Some(arguments),
            responses: None,
            state: None,
            capabilities: json!({"elicitation": {"form": {}}}),
        }
    }

    /// Adds the answer of the user to a question.
    pub(crate) fn answered(mut self, asked: &Answer, action: &str) -> Self {
        self.responses = Some(json!({QUESTION: {"action": action, "content": {}}}));
        self.state = Some(asked.json()["result"]["requestState"].clone());
        self
    }

    pub(crate) fn params(&self) -> Value {
        let mut params = json!({"name": self.tool, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": self.capabilities,
        }});
        for (name, value) in
            [("arguments", &self.arguments), ("inputResponses", &self.responses), ("requestState", &self.state)]
        {
            if let Some(value) = value {
                params[name] = value.clone();
            }
        }
        params
    }

    pub(crate) fn ask(&self) -> Ask {
        self.ask_with(&json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": self.params()}))
    }

    /// Returns the request with another body.
    pub(crate) fn ask_with(&self, body: &Value) -> Ask {
        let body = body.to_string();
        let ask = Ask::post(body.clone()).header("content-length", &body.len().to_string()).token(&self.token);
        let ask = ask.header("mcp-protocol-version", "2026-07-28").header("mcp-method", "tools/call");
        ask.header("mcp-name", self.tool)
    }
}

pub(super) async fn send(server: &Limited, call: &Call) -> Answer {
    server.server.send(call.ask()).await
}

/// Returns the question in an answer. Panics if the call has reached the server behind the layer.
#[track_caller]
pub(super) fn question(answer: &Answer) -> String {
    assert!(answer.seen.is_none() && answer.status == 200, "{answer:?}");
    let result = &answer.json()["result"];
    assert_eq!(result["resultType"], "input_required", "{answer:?}");
    result["inputRequests"][QUESTION]["params"]["message"].as_str().unwrap().to_owned()
}

/// Returns a server at which Ada has made the call after which others need an approval.
async fn triggered() -> Limited {
    let server = Limited::with(builder(&ASKING).approval_by_elicitation());
    send(&server, &Call::of("ada", "read", json!({"path": "/home/ada"}))).await.passed();
    server
}

fn deploy_call() -> Call {
    Call::of("ada", "deploy", json!({"version": "1", "to": ["a", {"b": 1.50}]}))
}

fn body(seen: &Seen) -> Value {
    serde_json::from_slice(&seen.body).unwrap()
}

#[tokio::test]
async fn asks_the_user_about_exactly_this_call_and_runs_it_once() {
    let server = Limited::with(builder(&ASKING).approval_by_elicitation());
    let call = deploy_call();
    // Nothing is asked without need.
    send(&server, &call).await.passed();
    send(&server, &Call::of("ada", "read", json!({"path": "/home/ada"}))).await.passed();
    let asked = send(&server, &call).await;
    let mut json = asked.json();
    let state = json["result"]["requestState"].take();
    assert!(state.as_str().unwrap().starts_with("mcp-scopes-approval."), "{state}");
    let text = "Approve this call once? `deploy` requires approval in this session because a call of `read` had an argument that matches \
                `/home/*`.\n\nServer: `https://files.example.com/mcp`, live\nTool: `deploy`\nArguments:\n\n    \"to\": [\"a\",{\"b\":1.5}]\n    \"version\": \"1\"\n";
    let schema = json!({"type": "object", "properties": {}});
    let request = json!({
        "method": "elicitation/create", "params": {"mode": "form", "message": text, "requestedSchema": schema},
    });
    let result = json!({"resultType": "input_required", "inputRequests": {QUESTION: request}, "requestState": null});
    assert_eq!(json, json!({"jsonrpc": "2.0", "id": 1, "result": result}));
    assert_eq!(asked.header("cache-control"), "no-store");

    let approved = call.clone().answered(&asked, "accept");
    let answer = server.server.send(approved.ask().header("content-digest", "sha-256=:x:")).await;
    // The server behind the layer receives the call as if nothing had been asked.
    let seen = answer.passed();
    assert_eq!(body(seen), json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call.params()}));
    assert_eq!(seen.headers["content-length"], seen.body.len().to_string());
    assert!(!seen.headers.contains_key("content-digest"));
    // Once.
    assert_eq!(reason(&send(&server, &approved).await), "used_approval");
    let again = send(&server, &call).await;
    question(&again);
    send(&server, &call.answered(&again, "accept")).await.passed();
}

#[tokio::test]
async fn two_questions_are_open_at_the_same_time() {
    let server = triggered().await;
    let (one, two) = (deploy_call(), Call::of("ada", "deploy", json!({"version": "2"})));
    let (first, second) = (send(&server, &one).await, send(&server, &two).await);
    send(&server, &two.answered(&second, "accept")).await.passed();
    send(&server, &one.answered(&first, "accept")).await.passed();
}

#[tokio::test]
async fn a_client_may_write_the_same_arguments_differently() {
    let server = triggered().await;
    let call = deploy_call();
    let asked = send(&server, &call).await;
    let answered = call.answered(&asked, "accept").params();
    // Another order, white space and escapes, and the id of another request.
    let text = answered.to_string().replace(r#""version":"1""#, r#" "\u0076ersion" : "\u0031""#);
    assert_ne!(text, answered.to_string());
    let text = format!(r#"{{"params":{text},"method":"tools/call","id":"next","jsonrpc":"2.0"}}"#);
    let ask = Ask::post(text).token("ada").header("mcp-protocol-version", "2026-07-28");
    let answer = server.server.send(ask.header("mcp-method", "tools/call").header("mcp-name", "deploy")).await;
    assert_eq!(body(answer.passed())["id"], "next");
}

#[tokio::test]
async fn a_decline_is_a_denial() {
    let server = triggered().await;
    let call = deploy_call();
    for (action, hint) in [("decline", "declined"), ("cancel", "did not decide")] {
        let asked = send(&server, &call).await;
        let answer = send(&server, &call.clone().answered(&asked, action)).await;
        assert_eq!(denial(&answer), json!({"reason": "approval_declined", "tool": "deploy"}));
        assert!(answer.body.contains(hint), "{}", answer.body);
        assert_eq!(answer.json()["result"]["resultType"], "complete");
    }
}

#[tokio::test]
async fn calls_that_the_user_did_not_approve_count_as_refused() {
    // Three refused calls are allowed.
    let server = Limited::with(builder(&PROBED).approval_by_elicitation());
    send(&server, &Call::of("ada", "read", json!({"path": "/home/ada"}))).await.passed();
    let call = deploy_call();
    let asked = send(&server, &call).await;
    question(&asked);
    let other = Call { arguments: None, ..call.clone().answered(&asked, "accept") };
    for (call, expected) in [
        (other.clone(), "invalid_approval"),
        (call.clone().answered(&asked, "decline"), "approval_declined"),
        (other, "invalid_approval"),
        (call.answered(&asked, "accept"), "max_refused_calls"),
    ] {
        assert_eq!(reason(&send(&server, &call).await), expected);
    }
}

#[tokio::test]
async fn what_the_call_has_for_the_tool_is_approved_and_returned_to_it() {
    let server = triggered().await;
    let mut call = deploy_call();
    call.responses = Some(json!({"name": {"action": "accept", "content": {"name": "Ada"}}}));
    call.state = Some(json!("of the tool"));
    let asked = send(&server, &call).await;
    let text = question(&asked);
    let shown =
        "Answers to questions of the tool:\n\n    \"name\": {\"action\":\"accept\",\"content\":{\"name\":\"Ada\"}}\n";
    assert!(text.ends_with(shown), "{text}");
    // The client answers the last question alone.
    let answer = send(&server, &call.clone().answered(&asked, "accept")).await;
    assert_eq!(body(answer.passed())["params"], call.params());
    // A state alone, as some tools use it.
    call.responses = None;
    let asked = send(&server, &call).await;
    let answer = send(&server, &call.clone().answered(&asked, "accept")).await;
    assert_eq!(body(answer.passed())["params"], call.params());
    call.state = Some(json!("x".repeat((32 << 10) - 1)));
    assert!(send(&server, &call).await.body.contains("is too long to be approved"));
}

#[tokio::test]
async fn other_policies_read_what_the_tool_receives() {
    let server = triggered().await;
    let mut call = deploy_call();
    call.state = Some(json!("forbidden state"));
    assert_eq!(reason(&send(&server, &call).await), "blocked_patterns");
    // The sealed state and the answer to the question are no arguments, whatever they contain.
    call.state = Some(json!("a state"));
    let asked = send(&server, &call).await;
    send(&server, &call.answered(&asked, "accept")).await.passed();
}

#[tokio::test]
async fn asks_about_nothing_that_cannot_be_shown() {
    let server = triggered().await;
    // The longest arguments can be approved: the answer to the question does not count.
    let longest = Call::of("ada", "deploy", json!({"version": "x".repeat((8 << 10) - 14)}));
    let asked = send(&server, &longest).await;
    question(&asked);
    send(&server, &longest.answered(&asked, "accept")).await.passed();
    let answer = send(&server, &Call::of("ada", "deploy", json!({"version": "x".repeat(9000)}))).await;
    assert_eq!(reason(&answer), "requires_approval_after");
    assert!(answer.body.contains("too long to be shown to a person in full"), "{}", answer.body);
    let mut call = deploy_call();
    call.responses = Some(json!({"name": {"action": "accept", "content": {"name": "x".repeat(9000)}}}));
    assert!(send(&server, &call).await.body.contains("with the answers to its questions, are too long"));
    let hidden = Call::of("ada", "deploy", json!({"version\u{202e}": "a\n\nTool: `read`\u{200b}"}));
    let text = question(&send(&server, &hidden).await);
    assert!(text.ends_with("\n    \"version\\u{202e}\": \"a\\n\\nTool: `read`\\u{200b}\"\n"), "{text}");
}

#[tokio::test]
async fn clients_that_cannot_ask_are_told_so() {
    let server = triggered().await;
    for capabilities in [json!({}), json!({"elicitation": {"url": {}}}), json!({"elicitation": true})] {
        let call = Call { capabilities, ..deploy_call() };
        let answer = send(&server, &call).await;
        assert_eq!(answer.refused(), (400, -32021));
        let error = &answer.json()["error"];
        assert_eq!(error["data"], json!({"requiredCapabilities": {"elicitation": {"form": {}}}}));
        assert!(error["message"].as_str().unwrap().starts_with("`deploy` requires approval"), "{error}");
    }
    // An empty capability means forms.
    question(&send(&server, &Call { capabilities: json!({"elicitation": {}}), ..deploy_call() }).await);
    let earlier = server.call("ada", "deploy", json!({"version": "1"})).await;
    assert_eq!(reason(&earlier), "requires_approval_after");
    assert!(earlier.body.contains("use one that supports MCP 2026-07-28 and elicitation"), "{}", earlier.body);
}

/// Approves all calls of Ada's as a person other than her.
struct Reviewer;

impl Approver for Reviewer {
    async fn approve(&self, query: ApprovalQuery<'_>) -> ApproverAnswer {
        match query.claims().unwrap().subject() {
            Some("ada") => ApproverAnswer::ApprovedByReviewer,
            _ => ApproverAnswer::Pending,
        }
    }
}

#[tokio::test]
async fn an_approver_reviews_and_decides_where_the_client_cannot_ask() {
    let server = Limited::with(builder(&REVIEWED).approval_by_elicitation().approver(Arc::new(Reviewer)));
    for token in ["ada", "bob"] {
        send(&server, &Call::of(token, "read", json!({"path": "/home/ada"}))).await.passed();
    }
    // The user is asked where it suffices.
    question(&send(&server, &deploy_call()).await);
    server.call("ada", "deploy", json!({})).await.passed();
    assert_eq!(reason(&server.call("bob", "deploy", json!({})).await), "requires_approval_after");
    // The user of the client cannot review a call.
    send(&server, &Call::of("ada", "publish", json!({}))).await.passed();
    let answer = send(&server, &Call::of("bob", "publish", json!({}))).await;
    assert_eq!(reason(&answer), "requires_human_review");
}

#[tokio::test]
async fn approvals_of_calls_in_a_batch_are_not_asked_for() {
    let server = Limited::with(builder(&ASKING).approval_by_elicitation().allow_batches());
    let batch = |calls: Value| Ask::post(calls.to_string()).token("ada");
    let trigger = message(1, "read", &json!({"path": "/home/ada"}));
    server.server.send(batch(json!([trigger]))).await.passed();
    let answer = server.server.send(batch(json!([message(1, "deploy", &json!({}))]))).await;
    assert!(answer.seen.is_none() && answer.body.contains("send each call alone"), "{answer:?}");
}
