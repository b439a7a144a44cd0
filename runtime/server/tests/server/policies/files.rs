//! The size of files in answers.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mcp_scopes::{mcp_tool, mcp_tools, scope_table};
use mcp_scopes_rmcp::guard;
use mcp_scopes_server::{
    ResourceServerBuilder,
    policies::{DENIAL_META, PolicyAnswers},
};
use rmcp::{
    ServerHandler,
    handler::server::wrapper::Parameters,
    model::{CallToolResult, ContentBlock},
    tool, tool_handler, tool_router,
};
use serde_json::{Value, json};

use super::{
    TABLE, ask, builder, message,
    setup::{LARGE, settings},
    stdio::{Stdio, credentials},
};
use crate::{
    audit::Kept,
    server::{Answer, Ask, Reply, Server},
};

fn file(bytes: usize) -> String {
    STANDARD.encode(vec![0; bytes])
}

fn answer(id: &Value, result: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": id, "result": result}).to_string()
}

fn resource(bytes: usize) -> Value {
    json!({"content": [{"type": "resource", "resource": {"uri": "file:///a", "blob": file(bytes)}}]})
}

async fn call_of(tool: &str, reply: Reply) -> Answer {
    let server = Server::around(builder(&TABLE)).replying(reply);
    server.send(ask(tool, &json!({"path": "a"})).token("ada")).await
}

/// Returns the denial that takes the place of the result.
#[track_caller]
fn denied(answer: &Value) -> Value {
    assert_eq!((&answer["id"], &answer["result"]["isError"]), (&json!(1), &json!(true)), "{answer}");
    assert_eq!(
        answer["result"]["content"][0]["text"],
        "the answer of `read_file` contains a file of more than 1 MB; ask for a smaller file or for a part of it"
    );
    answer["result"]["_meta"][DENIAL_META].clone()
}

type ResultOfSize = Box<dyn Fn(usize) -> Value>;

#[tokio::test]
async fn replaces_an_answer_with_too_large_a_file() {
    let url = |bytes| format!("data:application/pdf;base64,{}", file(bytes));
    let results: [ResultOfSize; 5] = [
        Box::new(resource),
        Box::new(|bytes| json!({"content": [{"type": "image", "mimeType": "image/png", "data": file(bytes)}]})),
        Box::new(move |bytes| json!({"content": [{"type": "text", "text": url(bytes)}]})),
        Box::new(|bytes| json!({"content": [], "structuredContent": {"pages": [{"blob": [file(bytes)]}]}})),
        Box::new(|bytes| json!({"content": [{"type": "text", "text": "a"}], "_meta": {"x": {"data": file(bytes)}}})),
    ];
    for result in results {
        let (allowed, refused) = (answer(&json!(1), &result(1_000_000)), answer(&json!(1), &result(1_000_001)));
        assert_eq!(call_of("read_file", Reply::json(&allowed)).await.body, allowed);
        let found = call_of("read_file", Reply::json(&refused)).await;
        assert!(found.seen.is_some(), "the call ran");
        let expected = json!({"reason": "max_file_size_mb", "tool": "read_file", "limit": 1, "in": "answer"});
        assert_eq!(denied(&found.json()), expected);
        // Without a length, and in parts.
        let parts: Vec<_> = refused.as_bytes().chunks(100_000).map(<[u8]>::to_vec).collect();
        denied(&call_of("read_file", Reply::of("application/json", parts)).await.json());
        // In an event, with what is around it unchanged.
        let events = format!("id: 1\ndata: \n\ndata: {refused}\n\n: end\n\n");
        let found = call_of("read_file", Reply::of("text/event-stream", [events])).await.body;
        let data = found.lines().find_map(|line| line.strip_prefix("data: {")).unwrap();
        denied(&serde_json::from_str(&format!("{{{data}")).unwrap());
        assert!(found.ends_with("\n\n: end\n\n"), "{found}");
        // Another tool has no limit.
        assert_eq!(call_of("list_files", Reply::json(&refused)).await.body, refused);
    }
}

#[tokio::test]
async fn other_messages_of_the_stream_pass() {
    // A request of the server, and text, whatever its length.
    for event in [
        json!({"jsonrpc": "2.0", "id": 1, "method": "sampling/createMessage", "params": {"data": file(1_000_001)}})
            .to_string(),
        answer(&json!(1), &json!({"content": [{"type": "text", "text": file(1_000_001)}]})),
    ] {
        let events = format!("data: {event}\n\n");
        assert_eq!(call_of("read_file", Reply::of("text/event-stream", [events.clone()])).await.body, events);
    }
}

/// A server behind the layer may write another id, such as one that its numbers cannot hold.
#[tokio::test]
async fn limits_answers_whose_id_is_that_of_no_call() {
    for id in [json!("1"), json!(2), json!(1.5), Value::Null] {
        for reply in [
            Reply::json(&answer(&id, &resource(1_000_001))),
            Reply::of("text/event-stream", [format!("data: {}\n\n", answer(&id, &resource(1_000_001)))]),
        ] {
            let found = call_of("read_file", reply).await.body;
            assert!(found.contains("contains a file of more than 1 MB") && found.len() < 10_000, "{id}");
        }
    }
}

/// A replay has no limit, since nothing there says which call is answered.
#[tokio::test]
async fn a_stream_with_a_limit_has_no_event_ids() {
    let events = format!("id: 1\ndata: \n\nid: 2\ndata: {}\n\nid:\ndata: x\n\n", answer(&json!(1), &resource(10)));
    let ids = |body: &str| body.lines().filter(|line| line.starts_with("id: ")).count();
    let stream = || Reply::of("text/event-stream", [events.clone()]);
    let limited = call_of("read_file", stream()).await.body;
    assert_eq!(ids(&limited), 0, "{limited}");
    assert!(limited.contains("\"blob\""), "{limited}");
    assert_eq!(ids(&call_of("list_files", stream()).await.body), 2);
}

#[tokio::test]
async fn a_task_is_no_answer_of_a_tool_with_a_limit() {
    for result in [
        json!({"task": {"taskId": "t", "status": "working"}}),
        json!({"resultType": "task", "taskId": "t", "status": "working"}),
        json!({"resultType": "task"}),
    ] {
        let text = answer(&json!(1), &result);
        let escaped = text.replace("task", "t\\u0061sk");
        for text in [&text, &escaped] {
            let found = call_of("read_file", Reply::json(text)).await;
            let result = &found.json()["result"];
            assert_eq!(result["isError"], true, "{found:?}");
            let expected = json!({"reason": "max_file_size_mb", "tool": "read_file", "limit": 1, "in": "task"});
            assert_eq!(result["_meta"][DENIAL_META], expected);
            assert!(!found.body.contains("taskId"), "{found:?}");
            assert_eq!(call_of("list_files", Reply::json(text)).await.body, *text);
        }
    }
    // The word alone is none.
    let text = answer(&json!(1), &json!({"content": [{"type": "text", "text": "task"}], "resultType": "complete"}));
    assert_eq!(call_of("read_file", Reply::json(&text)).await.body, text);
}

#[tokio::test]
async fn the_event_says_that_the_answer_was_replaced() {
    let refused = answer(&json!(1), &resource(1_000_001));
    let events = format!("data: {refused}\n\n");
    for reply in [Reply::json(&refused), Reply::of("text/event-stream", [events])] {
        let kept = Kept::default();
        let server = Server::around(builder(&TABLE).audit(kept.clone())).replying(reply);
        let found = server.send(ask("read_file", &json!({"path": "a"})).token("ada")).await.body;
        denied(&serde_json::from_str(found.strip_prefix("data: ").unwrap_or(&found).trim_end()).unwrap());
        assert_eq!(kept.only(), ["allow", "tool_error", "max_file_size_mb"].map(str::to_owned));
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_not_sent() {
    let deep = format!("{}\"{}\"{}", "[".repeat(200), file(1_000_001), "]".repeat(200));
    for text in [
        format!(r#"{{"jsonrpc":"2.0","id":1,"id":2,"result":{{"blob":"{}"}}}}"#, file(1_000_001)),
        format!(r#"{{"jsonrpc":"2.0","id":1,"result":{deep}}}"#),
        answer(&json!(1), &resource(1_000_001)).replace('}', ""),
    ] {
        let found = call_of("read_file", Reply::json(&text)).await;
        assert_eq!((found.status.as_u16(), found.json()["error"]["code"].clone()), (502, json!(-32603)), "{found:?}");
    }
    let encoded = Reply::json("{}").header("content-encoding", "gzip");
    assert_eq!(call_of("read_file", encoded).await.status, 502);
}

#[tokio::test]
async fn each_call_of_a_batch_has_its_own_limit() {
    let calls = json!([message(1, "read_file", &json!({})), message(2, "list_files", &json!({}))]);
    let (small, large) = (resource(10), resource(1_000_001));
    let reply = |first: &Value, second: &Value| format!("[{},{}]", answer(&json!(1), first), answer(&json!(2), second));
    let send = async |text: &str| {
        let server = Server::around(builder(&TABLE).allow_batches()).replying(Reply::json(text));
        server.send(Ask::post(calls.to_string()).token("ada")).await
    };
    let text = reply(&small, &large);
    assert_eq!(send(&text).await.body, text);
    let answers = send(&reply(&large, &large)).await.json();
    denied(&answers[0]);
    assert_eq!(answers[1]["result"], large);
}

#[tokio::test]
async fn the_denial_has_the_form_of_the_revision() {
    let refused = answer(&json!(1), &resource(1_000_001));
    let server = Server::around(builder(&TABLE).policy_answers(PolicyAnswers::Http403)).replying(Reply::json(&refused));
    let found = server.send(ask("read_file", &json!({})).token("ada")).await;
    // The call has run, so its answer is a result in any case.
    assert_eq!(found.status, 200);
    assert_eq!(denied(&found.json())["in"], "answer");
    assert!(found.json()["result"].get("resultType").is_none());
}

#[test]
fn requires_an_answer_limit_for_the_largest_file() {
    let of = |builder: ResourceServerBuilder| settings(builder.body_limit(20_000_000));
    assert_eq!(of(builder(&LARGE).answer_limit(13_333_333)), ["answer_limit"]);
    assert!(of(builder(&LARGE).answer_limit(13_333_334)).is_empty());
    assert!(of(builder(&LARGE).answer_limit(1).policies_enforced_elsewhere()).is_empty());
}

#[derive(Clone, Debug)]
struct Export;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Size {
    bytes: usize,
}

#[mcp_tools]
#[tool_router]
impl Export {
    #[mcp_tool(scope = "files:read", risk = "low", policy(max_file_size_mb = 1))]
    #[tool(description = "Export a file")]
    async fn read_file(&self, Parameters(Size { bytes }): Parameters<Size>) -> CallToolResult {
        CallToolResult::success(vec![ContentBlock::image(file(bytes), "image/png")])
    }
}

#[tool_handler]
impl ServerHandler for Export {}

scope_table! { static EXPORT = [Export::*]; }

#[tokio::test]
async fn counts_files_without_http() {
    let mut stdio = Stdio::serve(guard(credentials(&EXPORT), Export)).await;
    let mut call = async |bytes: usize| stdio.say(&message(1, "read_file", &json!({"bytes": bytes})).to_string()).await;
    assert!(call(1_000_000).await["result"]["content"][0]["data"].is_string());
    let expected = json!({"reason": "max_file_size_mb", "tool": "read_file", "limit": 1, "in": "answer"});
    assert_eq!(denied(&call(1_000_001).await), expected);
    let kept = Kept::default();
    let mut stdio = Stdio::serve(guard(credentials(&EXPORT).audit(kept.clone()), Export)).await;
    denied(&stdio.say(&message(1, "read_file", &json!({"bytes": 1_000_001})).to_string()).await);
    assert_eq!(kept.only(), ["allow", "tool_error", "max_file_size_mb"].map(str::to_owned));
    let mut elsewhere = Stdio::serve(guard(credentials(&EXPORT).policies_enforced_elsewhere(), Export)).await;
    let answer = elsewhere.say(&message(1, "read_file", &json!({"bytes": 1_000_001})).to_string()).await;
    assert!(answer["result"]["content"][0]["data"].is_string());
}
