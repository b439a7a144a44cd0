//! Audit: one event for each call, with the decision and the outcome.

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Full};
use mcp_scopes_audit::{AuditSink, Event, Format as _, Full as NoPlace, JsonLines, Ocsf, Risk, Slot, Subjects};
use mcp_scopes_server::{
    Claims, Discovery, PolicyDenial, ResourceServer, ResourceServerBuilder,
    policies::{ApprovalQuery, Approver, ApproverAnswer},
    policy_fn, verifier_fn,
};
use serde_json::{Value, json};
use tower::{ServiceExt as _, service_fn};

use crate::{
    policies::{
        approval::BY_REVIEWER,
        builder,
        elicitation::{ASKING, Call},
    },
    server::{Ask, BuildNow as _, RESOURCE, Reply, Server, TOOLS, Tokens},
};

/// Keeps events, in both forms.
#[derive(Clone, Default)]
pub(crate) struct Kept {
    pub(crate) lines: Arc<Mutex<Vec<(String, String)>>>,
    pub(crate) is_full: bool,
}

impl AuditSink for Kept {
    fn record(&self, event: &Event<'_>) {
        let json = JsonLines::new().subjects(Subjects::Plain).to_json(event);
        let ocsf = Ocsf::new().subjects(Subjects::Plain).to_json(event);
        self.lines.lock().unwrap().push((json, ocsf));
    }

    fn reserve(&self, risk: Risk) -> Result<Slot, NoPlace> {
        if self.is_full && risk >= Risk::High { Err(NoPlace::Queue) } else { Ok(Slot::none()) }
    }
}

impl Kept {
    /// Returns the events so far, and forgets them.
    pub(crate) fn take(&self) -> Vec<Value> {
        self.take_both().into_iter().map(|[event, _]| event).collect()
    }

    /// Returns the events so far in both forms, and forgets them.
    pub(crate) fn take_both(&self) -> Vec<[Value; 2]> {
        let lines = std::mem::take(&mut *self.lines.lock().unwrap());
        let read = |line: &str| serde_json::from_str(line).unwrap();
        lines.iter().map(|(json, ocsf)| [read(json), read(ocsf)]).collect()
    }

    /// Returns decision, outcome and reason of the only event so far.
    #[track_caller]
    pub(crate) fn only(&self) -> [String; 3] {
        let events = self.take();
        assert_eq!(events.len(), 1, "{events:?}");
        ["decision", "outcome", "reason"]
            .map(|name| events[0][format!("mcp_scopes.{name}")].as_str().unwrap_or("-").to_owned())
    }
}

fn server(set: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder) -> (Server, Kept) {
    let kept = Kept::default();
    (Server::with(|builder| set(builder.audit(kept.clone()))), kept)
}

#[tokio::test]
async fn records_who_called_what() {
    let (server, kept) = server(|builder| builder.audit_peer(|_| Some(([192, 0, 2, 7], 4711).into())));
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let call = Ask::modern_call("list_files").token("reader").header("traceparent", trace);
    server.send(call).await.passed();
    let mut events = kept.take();
    let event = events.pop().unwrap();
    for (name, expected) in [
        ("mcp.method.name", json!("tools/call")),
        ("gen_ai.tool.name", json!("list_files")),
        ("mcp.protocol.version", json!("2026-07-28")),
        ("client.address", json!("192.0.2.7")),
        ("trace_id", json!("4bf92f3577b34da6a3ce929d0e0e4736")),
        ("mcp_scopes.decision", json!("allow")),
        ("mcp_scopes.outcome", json!("success")),
        ("mcp_scopes.risk", json!("low")),
        ("mcp_scopes.scopes.needed", json!(["files:read"])),
        ("mcp_scopes.environment", json!("live")),
        ("mcp_scopes.issuer", json!("https://auth.example.com")),
        ("user.id", json!("ada")),
    ] {
        assert_eq!(event[name], expected, "{name}: {event}");
    }
    assert!(events.is_empty(), "{events:?}");
    // What the message states has precedence.
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_files","arguments":{},"_meta":{"traceparent":"00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-00f067aa0ba902b7-01"}}}"#;
    server.send(Ask::post(call).token("reader").header("traceparent", trace)).await.passed();
    assert_eq!(kept.take()[0]["trace_id"], "a".repeat(32));
    // Handshake, lists and notifications do nothing, so they are no events.
    for method in ["initialize", "tools/list", "ping"] {
        server.send(Ask::method(method).token("reader")).await;
    }
    assert_eq!(kept.take(), Vec::<Value>::new());
}

#[tokio::test]
async fn records_each_rejection_once_with_its_reason() {
    let deny = policy_fn(|request| async move {
        if request.tool.name == "write_file" { Err(PolicyDenial::new("PLANTED")) } else { Ok(()) }
    });
    let (server, kept) = server(|builder| builder.policy(deny));
    for (ask, decision, reason) in [
        (Ask::call("list_files"), "challenge", "unauthenticated"),
        (Ask::call("list_files").token("unknown"), "challenge", "invalid_token"),
        (Ask::call("list_files").token("down"), "deny", "unverifiable_token"),
        (Ask::call("run").token("reader"), "challenge", "insufficient_scope"),
        (Ask::call("nothing").token("reader"), "deny", "not_available"),
        (Ask::call("write_file").token("writer"), "deny", "policy"),
        (Ask::post("{").token("reader"), "deny", "invalid_body"),
        (Ask::method("no/such").token("reader"), "deny", "not_available"),
        (Ask::call("list_files").token("reader").header("mcp-session-id", "x.y"), "deny", "session"),
        (Ask::call("list_files").token("reader").header("origin", "https://evil.example"), "deny", "invalid_request"),
        (Ask::call("list_files").token("reader").verb("PUT"), "deny", "invalid_request"),
        (Ask::call("list_files").token("reader").header("mcp-sandbox", "perhaps"), "deny", "environment"),
    ] {
        let answer = server.send(ask).await;
        assert!(answer.seen.is_none(), "{answer:?}");
        assert_eq!(kept.only(), [decision, "denied", reason].map(str::to_owned));
    }
    server.send(Ask::call("run").token("reader")).await;
    let event = kept.take().remove(0);
    assert_eq!((&event["gen_ai.tool.name"], &event["user.id"]), (&json!("run"), &json!("ada")));
    assert_eq!(event["mcp_scopes.scopes.missing"][0], "system:execute");
    // Neither the documents nor what a page asks before a request is a decision about a caller.
    server.send(Ask::new("GET", "/.well-known/oauth-protected-resource/mcp")).await;
    server.send(Ask::new("OPTIONS", "/mcp")).await;
    assert_eq!(kept.take().len(), 0);
}

#[tokio::test]
async fn records_each_call_of_a_batch() {
    let (server, kept) = server(ResourceServerBuilder::allow_batches);
    let call = |id: u8, tool: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{{}}}}}}"#)
    };
    let outcomes = |kept: &Kept| {
        let mut outcomes: Vec<_> =
            kept.take().iter().map(|event| event["mcp_scopes.outcome"].as_str().unwrap().to_owned()).collect();
        outcomes.sort();
        outcomes
    };
    let batch = format!("[{},{},{}]", call(1, "list_files"), call(2, "status"), call(3, "status"));
    let server = server.replying(Reply::json(
        r#"[{"jsonrpc":"2.0","id":2,"result":{"isError":true}},{"jsonrpc":"2.0","id":1,"result":{}}]"#,
    ));
    server.send(Ask::post(batch).token("reader")).await.passed();
    assert_eq!(outcomes(&kept), ["error", "success", "tool_error"]);
    server.send(Ask::post(format!("[{},{}]", call(1, "list_files"), call(2, "run"))).token("reader")).await;
    assert_eq!(outcomes(&kept), ["denied", "denied"]);
}

#[tokio::test]
async fn finds_the_outcome_in_the_answer() {
    let stream = |text: &str| Reply::of("text/event-stream", [text.to_owned()]);
    let error = r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"PLANTED"}}"#;
    let failed = r#"{"jsonrpc":"2.0","id":1,"result":{"isError":true,"content":[{"type":"text","text":"PLANTED"}]}}"#;
    let passed = r#"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#;
    let progress = r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{}}"#;
    let long = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"text":"{}"}}}}"#, "x".repeat(2 << 20));
    for (reply, outcome) in [
        (Reply::json(passed), "success"),
        (Reply::json(failed), "tool_error"),
        (Reply::json(error), "error"),
        (Reply::json(&long), "success"),
        (Reply::json(r#"{"jsonrpc":"2.0","id":2,"result":{}}"#), "error"),
        (Reply::json("no JSON"), "error"),
        (Reply::json(""), "error"),
        (stream(&format!("data: {progress}\n\ndata: {passed}\n\n")), "success"),
        (stream(&format!("id: 1\r\nevent: message\r\ndata: {failed}\r\n\r\n")), "tool_error"),
        (stream(&format!("data: {error}\r\r")), "error"),
        (stream(&format!("data: {progress}\n\n")), "abandoned"),
        (stream(&format!("data: {passed}\n")), "abandoned"),
        // Longer than what is read of an answer in JSON, and in parts.
        (stream(&format!("data: {long}\n\n")), "success"),
        (stream(&format!("data: {}\n\n", long.replace("\"text\"", "\"isError\":true,\"text\""))), "tool_error"),
        (
            Reply::of("text/event-stream", format!("data: {long}\n\n").into_bytes().chunks(70_000).map(<[u8]>::to_vec)),
            "success",
        ),
    ] {
        for discovery in [Discovery::Baseline, Discovery::Filtered] {
            let (server, kept) = server(|builder| builder.discovery(discovery));
            let shown = format!("{discovery:?} {:.200}", format!("{reply:?}"));
            let answer = server.replying(reply.clone()).send(Ask::call("list_files").token("reader")).await;
            let expected = if answer.status.is_success() { outcome } else { "error" };
            assert_eq!(kept.only()[1], expected, "{shown}");
        }
    }
    // In pieces of any size.
    let text = format!("data: {progress}\r\n\r\n: note\r\ndata: {failed}\r\n\r\n");
    for piece in 1..text.len() {
        let (server, kept) = server(|builder| builder);
        let pieces: Vec<_> = text.as_bytes().chunks(piece).map(<[u8]>::to_vec).collect();
        server.replying(Reply::of("text/event-stream", pieces)).send(Ask::call("list_files").token("reader")).await;
        assert_eq!(kept.only()[1], "tool_error", "{piece}");
    }
}

/// A body that knows when it has no more to send.
struct Parts(VecDeque<Bytes>);

impl Body for Parts {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|part| Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }
}

fn layer(kept: &Kept) -> ResourceServer {
    ResourceServer::builder(&TOOLS).verifier(Tokens).audit(kept.clone()).build_now().unwrap()
}

#[tokio::test]
async fn records_calls_that_end_without_an_answer() {
    let kept = Kept::default();
    let call = || Ask::call("list_files").token("reader").0;
    // The server behind the layer fails.
    let failing = service_fn(|_: Request<Full<Bytes>>| async { Err::<Response<Full<Bytes>>, _>("down") });
    assert!(layer(&kept).layer().layer(failing).oneshot(call()).await.is_err());
    assert_eq!(kept.only()[..2], ["allow", "error"]);
    // It answers with a status of an error.
    let refusing = service_fn(|_: Request<Full<Bytes>>| async {
        let mut response = Response::new(Full::<Bytes>::default());
        *response.status_mut() = StatusCode::BAD_GATEWAY;
        Ok::<_, Infallible>(response)
    });
    layer(&kept).layer().layer(refusing).oneshot(call()).await.unwrap();
    assert_eq!(kept.only()[..2], ["allow", "error"]);
    // The client leaves before the answer.
    let waiting = service_fn(|_: Request<Full<Bytes>>| async {
        std::future::pending::<()>().await;
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    });
    assert!(layer(&kept).layer().layer(waiting).oneshot(call()).now_or_never().is_none());
    assert_eq!(kept.only()[..2], ["allow", "abandoned"]);
    // It leaves while the answer arrives, or after all of it without reading the end.
    let answering = |parts: &[&str]| {
        let parts: Vec<Bytes> = parts.iter().map(|part| Bytes::copy_from_slice(part.as_bytes())).collect();
        service_fn(move |_: Request<Full<Bytes>>| {
            let mut response = Response::new(Parts(parts.clone().into()));
            response.headers_mut().insert("content-type", "application/json".parse().unwrap());
            async move { Ok::<_, Infallible>(response) }
        })
    };
    let long = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"text":"{}"}}}}"#, "x".repeat(2 << 20));
    for discovery in [Discovery::Baseline, Discovery::Filtered] {
        for (parts, is_settled, outcome) in [
            (&["{\"jsonrpc\":\"2.0\",\"id\":1,", "\"result\":{}}"][..], false, "abandoned"),
            // No more is to be sent, so an HTTP server does not ask for it.
            (&["{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"], true, "success"),
            (&[&long], true, "success"),
            (&["no JSON"], true, "error"),
        ] {
            // A filtered list is read before it is sent.
            if discovery == Discovery::Filtered && parts.len() > 1 {
                continue;
            }
            let server = ResourceServer::builder(&TOOLS).verifier(Tokens).audit(kept.clone()).discovery(discovery);
            let layer = server.build_now().unwrap().layer();
            let response = layer.layer(answering(parts)).oneshot(call()).await.unwrap();
            let mut body = response.into_body();
            body.frame().await.unwrap().unwrap();
            assert_eq!(kept.lines.lock().unwrap().len(), usize::from(is_settled));
            drop(body);
            assert_eq!(kept.only()[..2], ["allow", outcome]);
        }
    }
}

/// Policies may have counted the call, and it has not run.
#[tokio::test]
async fn records_requests_that_are_dropped_while_they_are_decided() {
    let kept = Kept::default();
    let waits = policy_fn(|_| async {
        std::future::pending::<()>().await;
        Ok(())
    });
    let server = Server::with(|builder| builder.audit(kept.clone()).policy(waits));
    assert!(server.send(Ask::call("list_files").token("reader")).now_or_never().is_none());
    let event = kept.take().remove(0);
    assert_eq!(
        ["decision", "outcome", "reason", "risk"].map(|name| event[format!("mcp_scopes.{name}")].clone()),
        ["deny", "abandoned", "dropped", "low"]
    );
    assert_eq!(event["user.id"], "ada");
}

#[tokio::test]
async fn rejects_calls_of_high_risk_that_cannot_be_recorded() {
    let kept = Kept { is_full: true, ..Kept::default() };
    let server = Server::with(|builder| builder.audit(kept.clone()));
    let answer = server.send(Ask::call("run").token("runner")).await;
    assert_eq!(answer.refused(), (503, 503));
    assert_eq!(answer.header("retry-after"), "5");
    assert_eq!(kept.only(), ["deny", "denied", "audit_unavailable"].map(str::to_owned));
    server.send(Ask::call("list_files").token("reader")).await.passed();
    assert_eq!(kept.only()[1], "success");
}

/// Whatever a client or a token states outside of the listed members is in no event.
#[tokio::test]
async fn writes_no_token_argument_or_other_claim() {
    let kept = Kept::default();
    let verifier = verifier_fn(|token| async move {
        if token.expose_secret() != "PLANTED-token" {
            return Err(mcp_scopes_server::TokenError::invalid("it is not known"));
        }
        let mut raw = serde_json::Map::new();
        raw.insert("email".to_owned(), json!("PLANTED@example.com"));
        raw.insert("jti".to_owned(), json!("PLANTED-id"));
        raw.insert("act".to_owned(), json!({"sub": "agent", "email": "PLANTED"}));
        let claims = Claims::builder("https://auth.example.com").subject("ada").client("editor").audience([RESOURCE]);
        Ok(claims.scope("files:read PLANTED:scope").raw(raw).build())
    });
    let builder = ResourceServer::builder(&TOOLS).verifier(verifier).audit(kept.clone()).allow_batches();
    let answer = r#"{"jsonrpc":"2.0","id":"PLANTED-id","result":{"content":[{"type":"text","text":"PLANTED"}]}}"#;
    let server = Server::around(builder).replying(Reply::json(answer));
    let call = |tool: &str| {
        Ask::post(format!(
            r#"{{"jsonrpc":"2.0","id":"PLANTED-id","method":"tools/call","params":{{"name":"{tool}","arguments":{{"PLANTED":"PLANTED"}},"_meta":{{"traceparent":"PLANTED","PLANTED":1}}}}}}"#
        ))
    };
    let token = "PLANTED-token";
    for ask in [
        call("list_files").token(token),
        call("run").token(token),
        call("PLANTED").token(token),
        call("list_files").token("PLANTED-other"),
        call("PLANTED"),
        Ask::post(r#"{"jsonrpc":"2.0","id":1,"method":"PLANTED/read","params":{"uri":"PLANTED"}}"#).token(token),
        Ask::post(r#"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"PLANTED"}}"#).token(token),
        Ask::post("PLANTED").token(token),
        call("list_files").token(token).header("traceparent", "PLANTED").header("mcp-protocol-version", "PLANTED"),
        call("list_files").token(token).header("mcp-session-id", "PLANTED").header("origin", "https://PLANTED.example"),
        call("list_files").token(token).header("mcp-name", "PLANTED").uri("/mcp?access_token=PLANTED"),
    ] {
        server.send(ask).await;
    }
    let lines = std::mem::take(&mut *kept.lines.lock().unwrap());
    assert_eq!(lines.len(), 11);
    for (json, ocsf) in &lines {
        assert!(!json.contains("PLANTED") && !ocsf.contains("PLANTED"), "{json}\n{ocsf}");
    }
    assert!(
        lines[0].0.contains("\"mcp_scopes.actor\":\"agent\"") && lines[0].0.contains("\"user.id\":\"ada\""),
        "{}",
        lines[0].0
    );
    assert!(lines[0].0.contains("\"mcp_scopes.outcome\":\"success\""), "{}", lines[0].0);
}

/// Whether an event has a session, its rule, and its patterns.
type PolicyNote = (bool, Option<String>, Vec<u64>);

/// Keeps what the policies note.
#[derive(Clone, Default)]
struct Noted(Arc<Mutex<Vec<PolicyNote>>>);

impl AuditSink for Noted {
    fn record(&self, event: &Event<'_>) {
        let rule = event.rule.map(str::to_owned);
        self.0.lock().unwrap().push((event.session.is_some(), rule, event.patterns.to_vec()));
    }

    fn reserve(&self, _: Risk) -> Result<Slot, NoPlace> {
        Ok(Slot::none())
    }
}

#[cfg(feature = "policies")]
#[tokio::test]
async fn records_session_patterns_and_the_rule_that_denies() {
    let noted = Noted::default();
    let server = crate::policies::Limited::with(builder(&crate::policies::TABLE).audit(noted.clone()));
    let calls = [
        ("read_file", json!({"path": "/a.txt"})),
        ("read_file", json!({"path": "/a.key"})),
        ("send_email", json!({"to": "bob"})),
        ("read_file", json!({"path": "/b.pem"})),
    ];
    for (tool, arguments) in calls {
        server.call("ada", tool, arguments).await;
    }
    let events = std::mem::take(&mut *noted.0.lock().unwrap());
    let [plain, matching, denied, forbidden] = &events[..] else { panic!("{events:?}") };
    assert_eq!((plain.0, plain.1.as_deref(), plain.2.len()), (true, None, 0));
    // The beginning of the SHA-256 of the byte 1 and the pattern.
    assert_eq!((matching.0, matching.1.as_deref(), &matching.2[..]), (true, None, &[0x3f15_461d_76c7_296a][..]));
    assert_eq!((denied.0, denied.1.as_deref(), denied.2.len()), (true, Some("read_file:*.key"), 0));
    assert_eq!((forbidden.0, forbidden.1.as_deref()), (true, Some("*.pem")));
}

#[tokio::test]
async fn records_what_becomes_of_a_question_to_the_user() {
    let kept = Kept::default();
    let server = Server::around(builder(&ASKING).approval_by_elicitation().audit(kept.clone()));
    let send = async |call: &Call| server.send(call.ask()).await;
    let call = Call::of("ada", "deploy", json!({"version": "PLANTED"}));
    send(&Call::of("ada", "read", json!({"path": "/home/ada"}))).await.passed();
    assert_eq!(kept.only(), ["allow", "success", "-"]);
    let asked = send(&call).await;
    assert_eq!(kept.only(), ["approve", "denied", "requires_approval_after"]);
    let approved = call.clone().answered(&asked, "accept");
    let of_another = Call { arguments: Some(json!({})), ..approved.clone() };
    for (call, expected) in [
        (call.clone().answered(&asked, "decline"), ["deny", "denied", "approval_declined"]),
        (of_another, ["deny", "denied", "invalid_approval"]),
        (approved.clone(), ["allow", "success", "-"]),
        (approved.clone(), ["deny", "denied", "used_approval"]),
    ] {
        send(&call).await;
        // The event of an approved call says so.
        let line: Value = serde_json::from_str(&kept.lines.lock().unwrap()[0].0).unwrap();
        let approval = if expected[0] == "allow" { json!("caller") } else { Value::Null };
        assert_eq!(line["mcp_scopes.approval"], approval, "{line}");
        let lines = kept.lines.lock().unwrap().clone();
        for text in ["PLANTED", "mcp-scopes-approval", "inputResponses"] {
            assert!(lines.iter().all(|(json, ocsf)| !json.contains(text) && !ocsf.contains(text)), "{lines:?}");
        }
        assert_eq!(kept.only(), expected);
    }
}

/// Approves everything.
struct Reviewer;

impl Approver for Reviewer {
    async fn approve(&self, _: ApprovalQuery<'_>) -> ApproverAnswer {
        ApproverAnswer::ApprovedByReviewer
    }
}

#[tokio::test]
async fn records_who_approved_a_call() {
    let kept = Kept::default();
    let builder = builder(&BY_REVIEWER).approver(Reviewer).allow_batches().audit(kept.clone());
    let server = Server::around(builder);
    let call = |id: u8, tool: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{{}}}}}}"#)
    };
    server.send(Ask::post(format!("[{},{}]", call(1, "list_files"), call(2, "publish"))).token("ada")).await.passed();
    let approvals: Vec<_> = kept
        .take_both()
        .iter()
        .map(|[event, ocsf]| {
            assert_eq!(ocsf["unmapped"]["approval"], event["mcp_scopes.approval"]);
            (event["gen_ai.tool.name"].clone(), event["mcp_scopes.approval"].clone())
        })
        .collect();
    let mut expected = [(json!("list_files"), Value::Null), (json!("publish"), json!("reviewer"))];
    if approvals[0] != expected[0] {
        expected.reverse();
    }
    assert_eq!(approvals, expected);
}
