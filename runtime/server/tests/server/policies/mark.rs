//! The mark: inline checks and guarded handlers accept calls that the policies have allowed, and no others.

use http_body_util::BodyExt as _;
use mcp_scopes::{Caller, Denied, Environment, Reason, mcp_tool, mcp_tools, scope_table};
use mcp_scopes_rmcp::guard;
use rmcp::{
    ErrorData, ServerHandler, tool, tool_handler, tool_router,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
    },
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{
    Limited, builder, message,
    stdio::{Stdio, credentials},
};
use crate::server::Ask;

/// Look around
#[mcp_tool(scope = "list_files", risk = "low", guard = caller)]
fn look(caller: &Caller) -> Result<(), Denied> {
    Ok(())
}
/// Touch something
#[mcp_tool(scope = "list_files", risk = "low", guard = caller)]
fn touch(caller: &Caller) -> Result<(), Denied> {
    Ok(())
}
/// Send something
#[mcp_tool(scope = "list_files", risk = "low", policy(blocked_after("look")))]
fn send() {}

scope_table! { static PLAIN = [look, touch]; }
scope_table! { static NAMED = [look, touch, send]; }
scope_table! { static SESSION = [look, touch] with "tests/server/policies/session.toml"; }

fn reason(result: Result<(), Denied>) -> Option<Reason> {
    result.err().map(|denied| denied.reason())
}

#[test]
fn any_policy_of_a_table_requires_the_mark_for_each_tool() {
    for (table, expected) in
        [(&PLAIN, None), (&NAMED, Some(Reason::PoliciesNotEnforced)), (&SESSION, Some(Reason::PoliciesNotEnforced))]
    {
        assert_eq!(table.states_policies(), expected.is_some());
        let caller = Caller::new(table.grant("list_files"), Environment::Live);
        assert_eq!([reason(look(&caller)), reason(touch(&caller))], [expected; 2]);
        let caller = caller.policies_enforced_elsewhere();
        assert_eq!([reason(look(&caller)), reason(touch(&caller))], [None; 2]);
    }
    // Scopes are checked first: the caller learns what it lacks.
    assert_eq!(reason(look(&Caller::anonymous(&NAMED))), Some(Reason::NoCredentials));
}

#[tokio::test]
async fn the_layer_marks_the_tools_that_a_body_calls() {
    let server = Limited::with(builder(&NAMED).allow_batches());
    let checks = async |ask: Ask| {
        let answer = server.server.send(ask.token("ada")).await;
        let caller = answer.passed().caller.unwrap();
        [look(&caller).is_ok(), touch(&caller).is_ok()]
    };
    let post = |body: Value| Ask::post(body.to_string());
    let call = |id, tool| message(id, tool, &json!({}));
    assert_eq!(checks(post(call(1, "look"))).await, [true, false]);
    assert_eq!(checks(post(call(1, "touch"))).await, [false, true]);
    assert_eq!(checks(post(json!([call(1, "touch"), call(2, "look")]))).await, [true, true]);
    for method in ["tools/list", "ping", "initialize"] {
        assert_eq!(checks(Ask::method(method)).await, [false; 2], "{method}");
    }
    assert_eq!(checks(Ask::new("GET", "/mcp")).await, [false; 2]);

    let elsewhere = Limited::with(builder(&NAMED).policies_enforced_elsewhere());
    for ask in [Ask::method("tools/list"), post(call(1, "look"))] {
        let answer = elsewhere.server.send(ask.token("ada")).await;
        assert!(touch(&answer.passed().caller.unwrap()).is_ok());
    }
}

#[derive(Clone, Debug)]
struct Desk;

#[mcp_tools]
#[tool_router]
impl Desk {
    #[mcp_tool(scope = "files:read", risk = "low", guard = caller)]
    #[tool(description = "Look around")]
    async fn peek(&self, caller: mcp_scopes_rmcp::Caller) -> Result<String, ErrorData> {
        Ok("seen".to_owned())
    }

    #[mcp_tool(scope = "files:read", risk = "low", policy(blocked_after("peek")), guard = caller)]
    #[tool(description = "Send a message")]
    async fn send(&self, caller: mcp_scopes_rmcp::Caller) -> Result<String, ErrorData> {
        Ok("sent".to_owned())
    }

    #[mcp_tool(scope = "files:read", risk = "low", guard = caller)]
    #[tool(description = "Call another tool")]
    async fn relay(&self, caller: mcp_scopes_rmcp::Caller) -> Result<String, ErrorData> {
        self.send(caller).await
    }
}

#[tool_handler]
impl ServerHandler for Desk {}

scope_table! { static ON_STDIO = [Desk::*] with "tests/server/policies/contents.toml"; }
scope_table! { static ON_HTTP = [Desk::*] with "tests/server/policies/contents.toml"; }

const NOT_ENFORCED: &str = "the policies of this server were not enforced for this";

fn text(answer: &Value) -> &str {
    answer["result"]["content"][0]["text"].as_str().or(answer["error"]["message"].as_str()).unwrap()
}

#[tokio::test]
async fn a_tool_that_calls_another_one_does_not_evade_its_policy() {
    let mut stdio = Stdio::serve(guard(credentials(&ON_STDIO), Desk)).await;
    let call = |tool| message(1, tool, &json!({})).to_string();
    for (tool, expected) in [("send", "sent"), ("peek", "seen"), ("relay", NOT_ENFORCED), ("send", "is blocked")] {
        let answer = stdio.say(&call(tool)).await;
        assert!(text(&answer).contains(expected), "{tool}: {answer}");
    }
}

fn config() -> StreamableHttpServerConfig {
    StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true)
}

fn request(tool: &str) -> Ask {
    let ask = Ask::post(message(1, tool, &json!({})).to_string()).token("ada").header("host", "localhost");
    ask.header("accept", "application/json, text/event-stream")
}

#[tokio::test]
async fn inline_checks_behind_the_layer_accept_the_decided_tool() {
    let layer = Limited::with(builder(&ON_HTTP));
    let sessions = LocalSessionManager::default().into();
    let service = mcp_scopes_rmcp::service(layer.server.layer(), || Ok(Desk), sessions, config()).unwrap();
    for (tool, expected) in [("send", "sent"), ("peek", "seen"), ("relay", NOT_ENFORCED), ("send", "is blocked")] {
        let body = service.clone().oneshot(request(tool).0).await.unwrap().into_body().collect().await.unwrap();
        let answer: Value = serde_json::from_slice(&body.to_bytes()).unwrap();
        assert!(text(&answer).contains(expected), "{tool}: {answer}");
    }
}

#[tokio::test]
async fn guarded_handlers_reject_callers_that_no_layer_has_marked() {
    let layer = Limited::with(builder(&ON_HTTP));
    let guarded = guard(layer.server.layer(), Desk);
    let bare = StreamableHttpService::new(
        move || Ok(guarded.clone()),
        std::sync::Arc::<LocalSessionManager>::default(),
        config(),
    );
    let caller = Caller::new(ON_HTTP.grant("files:read"), Environment::Live);
    let prompt = json!({"jsonrpc": "2.0", "id": 1, "method": "prompts/get", "params": {"name": "review"}});
    for (body, caller, is_rejected) in [
        (message(1, "peek", &json!({})), caller, true),
        (prompt.clone(), caller, true),
        (message(1, "peek", &json!({})), caller.policies_enforced_elsewhere(), false),
        (prompt, caller.policies_enforced_elsewhere(), false),
        (json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}), caller, false),
    ] {
        let mut ask = Ask::post(body.to_string()).header("host", "localhost");
        ask = ask.header("accept", "application/json, text/event-stream");
        // Another middleware has put it there.
        ask.0.extensions_mut().insert(caller);
        let answer = bare.clone().oneshot(ask.0).await.unwrap().into_body().collect().await.unwrap().to_bytes();
        let answer = String::from_utf8(answer.to_vec()).unwrap();
        assert_eq!(answer.contains(NOT_ENFORCED), is_rejected, "{body}: {answer}");
    }
}
