//! Step 7: the policy hook.

use std::sync::{Arc, Mutex};

use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::{
    CallId, CallOutcome, PolicyDenial, PolicyHook, PolicyRequest, ResourceServer, SettledCall, policy_fn,
};
use serde_json::json;

use crate::server::{Ask, RESOURCE, Reply, Server, Tokens};

/// Rejects calls whose argument is `secret`.
pub(crate) struct Refuses;

impl PolicyHook for Refuses {
    async fn decide(&self, calls: &[PolicyRequest<'_>]) -> Result<(), PolicyDenial> {
        let refused = |call: &PolicyRequest<'_>| call.arguments().is_some_and(|text| text.get().contains("secret"));
        let Some(place) = calls.iter().position(refused) else { return Ok(()) };
        let call = calls[place];
        let who = call.claims().and_then(|claims| claims.subject_or_client()).unwrap_or("an anonymous caller");
        let reason = format!("{} may not be called by {who} \"now\"", call.tool().tool().name);
        Err(PolicyDenial::new(reason).of_call(place))
    }
}

fn call(tool: &str, arguments: &str) -> Ask {
    Ask::post(format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments}}}}}"#
    ))
}

#[tokio::test]
async fn returns_403_without_a_scope_when_a_policy_rejects() {
    let server = Server::with(|builder| builder.policy(Refuses));
    let answer = server.send(call("list_files", r#"{"folder":"secret"}"#).token("reader")).await;
    assert_eq!(answer.refused(), (403, 403));
    assert!(!answer.challenge().contains("scope") && !answer.challenge().contains("error="), "{}", answer.challenge());
    assert_eq!(answer.json()["error"]["message"], "list_files may not be called by ada \"now\"");
    server.send(call("list_files", r#"{"folder":"home"}"#).token("reader")).await.passed();
}

/// The tool receives what the client answers to its questions, like arguments.
#[tokio::test]
async fn a_hook_sees_everything_that_the_tool_receives() {
    struct Reads;

    impl PolicyHook for Reads {
        async fn decide(&self, calls: &[PolicyRequest<'_>]) -> Result<(), PolicyDenial> {
            let call = calls[0];
            let parts = [call.arguments(), call.input_responses(), call.request_state()];
            let has_secret = parts.into_iter().flatten().any(|part| part.get().contains("secret"));
            if has_secret { Err(PolicyDenial::new("no")) } else { Ok(()) }
        }
    }

    let owned = policy_fn(|request| async move {
        let parts = [request.arguments, request.input_responses, request.request_state];
        let has_secret = parts.iter().flatten().any(|part| part.get().contains("secret"));
        if has_secret { Err(PolicyDenial::new("no")) } else { Ok(()) }
    });
    let ask = |member: &str| {
        Ask::post(format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"list_files",{member}}}}}"#
        ))
        .token("reader")
    };
    for server in [Server::with(|builder| builder.policy(Reads)), Server::with(|builder| builder.policy(owned))] {
        for member in [
            r#""arguments":{"a":"secret"}"#,
            r#""arguments":{},"inputResponses":{"path":{"action":"accept","content":{"path":"secret"}}}"#,
            r#""arguments":{},"requestState":"secret""#,
        ] {
            assert_eq!(server.send(ask(member)).await.refused(), (403, 403), "{member}");
            server.send(ask(&member.replace("secret", "open"))).await.passed();
        }
    }
}

#[tokio::test]
async fn checks_scopes_before_policies() {
    let server = Server::with(|builder| builder.policy(Refuses));
    let answer = server.send(call("run", r#"{"command":"secret"}"#).token("reader")).await;
    assert!(answer.challenge().contains("insufficient_scope"));
}

#[tokio::test]
async fn checks_sessions_before_policies() {
    let server = Server::with(|builder| builder.policy(Refuses));
    let call = call("list_files", r#"{"folder":"secret"}"#).token("reader").header("mcp-session-id", "5f3a.b");
    assert_eq!(server.send(call).await.refused(), (404, 404));
}

#[tokio::test]
async fn applies_policies_to_each_call_of_a_batch() {
    let server = Server::with(|builder| builder.policy(Refuses).allow_batches());
    let one = |id: u8, folder: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"list_files","arguments":{{"folder":"{folder}"}}}}}}"#
        )
    };
    let answer = server.send(Ask::post(format!("[{},{}]", one(1, "home"), one(2, "secret"))).token("reader")).await;
    assert_eq!((answer.refused(), &answer.json()["id"]), ((403, 403), &serde_json::json!(2)));
}

/// Calls that a hook is asked about, by their names.
type AskedCalls = Vec<(CallId, &'static str)>;
/// Calls whose outcome a hook is told.
type ToldCalls = Vec<(CallId, &'static str, CallOutcome)>;

/// Records what it is asked and told, and denies bodies with a number of calls.
#[derive(Clone, Default)]
struct Observes {
    asked: Arc<Mutex<AskedCalls>>,
    told: Arc<Mutex<ToldCalls>>,
    denies: Option<usize>,
    is_deaf: bool,
}

impl Observes {
    /// Returns the names of what was asked and told, and checks that their numbers fit.
    fn taken(&self) -> (Vec<&'static str>, Vec<(&'static str, CallOutcome)>) {
        let asked = core::mem::take(&mut *self.asked.lock().unwrap());
        let told = core::mem::take(&mut *self.told.lock().unwrap());
        for (id, tool, _) in &told {
            assert!(asked.contains(&(*id, *tool)));
        }
        (
            asked.into_iter().map(|(_, tool)| tool).collect(),
            told.into_iter().map(|(_, tool, how)| (tool, how)).collect(),
        )
    }
}

impl PolicyHook for Observes {
    async fn decide(&self, calls: &[PolicyRequest<'_>]) -> Result<(), PolicyDenial> {
        self.asked.lock().unwrap().extend(calls.iter().map(|call| (call.id(), call.tool().tool().name)));
        if self.denies == Some(calls.len()) { Err(PolicyDenial::new("too many")) } else { Ok(()) }
    }

    fn observes_outcomes(&self) -> bool {
        !self.is_deaf
    }

    fn settled(&self, call: SettledCall<'_>) {
        assert!(call.caller().authorize(call.tool().tool().name).is_ok());
        assert_eq!(call.claims().and_then(|claims| claims.subject()), Some("ada"));
        self.told.lock().unwrap().push((call.id(), call.tool().tool().name, call.outcome()));
    }
}

const RESULT: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#;

#[tokio::test]
async fn tells_the_hook_the_outcome_of_each_call_exactly_once() {
    let error = r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"no"}}"#;
    let tool_error = r#"{"jsonrpc":"2.0","id":1,"result":{"content":[],"isError":true}}"#;
    let progress = r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{}}"#;
    let stream = |events: &[&str]| {
        Reply::of("text/event-stream", events.iter().map(|event| format!("data: {event}\n\n")).collect::<Vec<_>>())
    };
    for (reply, expected) in [
        (Reply::json(RESULT), CallOutcome::Complete),
        (Reply::json(tool_error), CallOutcome::ToolError),
        (Reply::json(error), CallOutcome::Error),
        (Reply::json("nothing"), CallOutcome::Error),
        (stream(&[progress, RESULT]), CallOutcome::Complete),
        (stream(&[tool_error, RESULT]), CallOutcome::ToolError),
        (stream(&[progress]), CallOutcome::Abandoned),
    ] {
        let hook = Observes::default();
        let server = Server::with(|builder| builder.policy(hook.clone())).replying(reply);
        server.send(call("list_files", "{}").token("reader")).await.passed();
        assert_eq!(hook.taken(), (vec!["list_files"], vec![("list_files", expected)]));
        // Other methods are not asked about.
        server.send(Ask::method("tools/list").token("reader")).await.passed();
        assert_eq!(hook.taken(), (vec![], vec![]));
    }
    // Without an interest in outcomes there is none.
    let hook = Observes { is_deaf: true, ..Observes::default() };
    let server = Server::with(|builder| builder.policy(hook.clone())).replying(Reply::json(RESULT));
    server.send(call("list_files", "{}").token("reader")).await.passed();
    assert_eq!(hook.taken(), (vec!["list_files"], vec![]));
}

#[tokio::test]
async fn asks_the_hook_once_for_a_batch() {
    let batch = |tools: &[&str]| {
        let calls = (1..).zip(tools).map(|(id, tool)| {
            json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool, "arguments": {}}})
        });
        Ask::post(json!(calls.collect::<Vec<_>>()).to_string()).token("listed")
    };
    let hook = Observes { denies: Some(3), ..Observes::default() };
    let replies = r#"[{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":""}},{"jsonrpc":"2.0","id":1,"result":{}}]"#;
    let server = Server::with(|builder| builder.policy(hook.clone()).allow_batches()).replying(Reply::json(replies));
    server.send(batch(&["list_files", "write_file"])).await.passed();
    let (asked, told) = hook.taken();
    assert_eq!(asked, ["list_files", "write_file"]);
    assert_eq!(told, [("write_file", CallOutcome::Error), ("list_files", CallOutcome::Complete)]);
    // What it denies itself has no outcome.
    assert_eq!(server.send(batch(&["status", "list_files", "write_file"])).await.refused(), (403, 403));
    assert_eq!(hook.taken(), (vec!["status", "list_files", "write_file"], vec![]));
}

/// Change a file
#[mcp_tool(scope = "files:write", risk = "low", policy(max_calls_per_session = 1))]
fn once() {}

scope_table! { static ONCE = [once]; }

#[tokio::test]
async fn hook_and_table_must_both_allow_a_call() {
    let hook = Observes::default();
    let builder = ResourceServer::builder(&ONCE).resource(RESOURCE).authorization_server("https://auth.example.com");
    let server = Server::around(builder.verifier(Tokens).policy(hook.clone())).replying(Reply::json(RESULT));
    server.send(call("once", "{}").token("writer")).await.passed();
    assert_eq!(hook.taken().1, [("once", CallOutcome::Complete)]);
    // The hook has allowed the call, and the table denies it: the hook learns that it did not run.
    assert!(server.send(call("once", "{}").token("writer")).await.seen.is_none());
    assert_eq!(hook.taken(), (vec!["once"], vec![("once", CallOutcome::Denied)]));
}

#[tokio::test]
async fn a_dropped_response_settles_its_calls_as_abandoned() {
    use tower::ServiceExt as _;

    let hook = Observes::default();
    let server = Server::with(|builder| builder.policy(hook.clone()));
    let ask = || call("list_files", "{}").token("reader").0;
    let pending = tower::service_fn(|_: http::Request<http_body_util::Full<bytes::Bytes>>| async {
        core::future::pending::<Result<http::Response<http_body_util::Full<bytes::Bytes>>, core::convert::Infallible>>()
            .await
    });
    let running = server.layer().layer().layer(pending).oneshot(ask());
    assert!(tokio::time::timeout(core::time::Duration::from_millis(1), running).await.is_err());
    assert_eq!(hook.taken().1, [("list_files", CallOutcome::Abandoned)]);

    let answers = tower::service_fn(|_: http::Request<http_body_util::Full<bytes::Bytes>>| async {
        let mut response = http::Response::new(http_body_util::Full::new(bytes::Bytes::from_static(b"data: {}\n\n")));
        let content_type = http::HeaderValue::from_static("text/event-stream");
        response.headers_mut().insert("content-type", content_type);
        Ok::<_, core::convert::Infallible>(response)
    });
    drop(server.layer().layer().layer(answers).oneshot(ask()).await.unwrap());
    assert_eq!(hook.taken().1, [("list_files", CallOutcome::Abandoned)]);

    let fails = tower::service_fn(|_: http::Request<http_body_util::Full<bytes::Bytes>>| async {
        Err::<http::Response<http_body_util::Full<bytes::Bytes>>, _>("broken")
    });
    assert!(server.layer().layer().layer(fails).oneshot(ask()).await.is_err());
    assert_eq!(hook.taken().1, [("list_files", CallOutcome::Error)]);
}
