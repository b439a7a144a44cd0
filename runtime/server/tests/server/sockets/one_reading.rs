//! Section 1: texts that two parsers read differently.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};

use super::{
    fixture::{Fixture, call, in_session},
    process::is_for_one_test,
};
use crate::{
    server::{Ask, RESOURCE},
    tokens::{ISSUER, claims, good, message, now},
};

const MARKER: &str = "$serde_json::private::RawValue";

/// Returns this many nested texts, each in the marker of the next one and below this many arrays.
fn nested(texts: usize, arrays: usize) -> String {
    let within = |value: &str, arrays| format!("{}{value}{}", "[".repeat(arrays), "]".repeat(arrays));
    (0..texts).fold(within("1", arrays), |inner, _| {
        let marker = json!({MARKER: inner});
        within(&marker.to_string(), arrays - 1)
    })
}

/// A text of 15 KB that once aborted a process of a debug build.
fn deep() -> String {
    nested(11, 123)
}

fn token(header: &str, claims: &Value) -> String {
    format!("{}.{}", message(header, &claims.to_string()), BASE64.encode([7; 64]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rejects_nested_markers_in_a_token_header_and_answers_the_next_request() {
    if !is_for_one_test(module_path!(), "rejects_nested_markers_in_a_token_header_and_answers_the_next_request") {
        return;
    }
    let fixture = Fixture::new().await;
    let deep = token(&format!(r#"{{"alg":"ES256","x":{}}}"#, deep()), &json!({"iss": ISSUER}));
    assert!((14_000..16_384).contains(&deep.len()), "{} bytes", deep.len());
    let shallow = token(&format!(r#"{{"alg":"ES256","kid":"p256","x":{{"{MARKER}":"1"}}}}"#), &claims());
    for token in [deep, shallow] {
        for ask in [Ask::call("read_note"), Ask::new("GET", "/mcp"), Ask::new("DELETE", "/mcp")] {
            let reply = fixture.send(ask.token(&token)).await;
            let (status, challenge) = reply.challenge();
            assert!(status == 401 && challenge.contains("invalid_token"), "{reply:?}");
        }
        fixture.assert_answers().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rejects_nested_markers_in_answers_of_issuers_and_answers_the_next_request() {
    if !is_for_one_test(module_path!(), "rejects_nested_markers_in_answers_of_issuers_and_answers_the_next_request") {
        return;
    }
    let fixture = Fixture::new().await;
    for marked in [nested(1, 100), nested(11, 123), nested(11, 101)] {
        // The claims of a token with a valid signature, because an issuer may copy text that a client has registered.
        let claims = claims().to_string().replacen('{', &format!(r#"{{"x":{marked},"#), 1);
        let signed = crate::tokens::raw(r#"{"alg":"EdDSA","kid":"ed"}"#, &claims);
        let reply = fixture.send(Ask::call("read_note").token(&signed)).await;
        assert_eq!(reply.challenge().0, 401, "{reply:?}");
        let response = format!(
            r#"{{"active":true,"aud":"{RESOURCE}","exp":{},"sub":"ada","scope":"notes:read","x":{marked}}}"#,
            now() + 60
        );
        let reply = fixture.send(Ask::call("read_note").token(&fixture.token_with(response))).await;
        assert_eq!(reply.status_and_code(), (503, 503), "{reply:?}");
        fixture.assert_answers().await;
    }
    // A lazy issuer, since a server whose issuer answers so is not built otherwise.
    for marked in [nested(1, 100), nested(11, 123)] {
        let fixture = Fixture::with_keys(format!(r#"{{"keys":[],"x":{marked}}}"#)).await;
        let reply = fixture.send(Ask::call("read_note").token(&good(&claims()))).await;
        assert_eq!(reply.status_and_code(), (503, 503), "{reply:?}");
        fixture.assert_answers().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rejects_nested_markers_in_arguments_and_answers_the_next_request() {
    if !is_for_one_test(module_path!(), "rejects_nested_markers_in_arguments_and_answers_the_next_request") {
        return;
    }
    let fixture = Fixture::new().await;
    let token = fixture.reader();
    let session = fixture.session(&token).await;
    for marked in [nested(1, 90), nested(11, 90), nested(12, 96)] {
        let arguments = format!(r#"{{"title":{marked}}}"#);
        let legacy = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"measure","arguments":{arguments}}}}}"#
        );
        let legacy = in_session(Ask::post(legacy), &session);
        let modern = Ask::modern("tools/call", &format!(r#""name":"measure","arguments":{arguments},"#));
        // With this header an earlier version parsed the arguments twice.
        let modern = modern.header("mcp-name", "measure").header("mcp-param-region", "eu");
        for ask in [legacy, modern] {
            let reply = fixture.send(ask.token(&token)).await;
            assert_eq!(reply.status_and_code(), (400, -32700), "{reply:?}");
        }
        assert_eq!(fixture.runs.take(), [""; 0]);
        fixture.assert_answers().await;
    }
}

#[tokio::test]
async fn rejects_markers_in_arguments_before_a_tool_runs() {
    let fixture = Fixture::new().await;
    let token = fixture.reader();
    let session = fixture.session(&token).await;
    for title in [
        r#"{"$serde_json::private::RawValue": "\"welcome\""}"#,
        r#"{"\u0024serde_json::private::RawValue": "\"welcome\""}"#,
        r#"[{"$serde_json::private::RawValue": "\"welcome\""}]"#,
        r#"{"$serde_json::private::Number": "1"}"#,
        r#"{"$serde_json::private::Other": "1"}"#,
    ] {
        let call = |name: &str| format!(r#"{{"name":"{name}","arguments":{{"title":{title}}}}}"#);
        for name in ["read_note", "measure"] {
            let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}}"#, call(name));
            let reply = fixture.send(in_session(Ask::post(body).token(&token), &session)).await;
            assert_eq!(reply.status_and_code(), (400, -32700), "{title}");
        }
    }
    assert_eq!(fixture.runs.take(), [""; 0]);
    // As a value the marker is an ordinary string.
    let reply = fixture.send(in_session(call("read_note", &json!({"title": MARKER})).token(&token), &session)).await;
    assert_eq!(reply.text(), MARKER);
}

#[tokio::test]
async fn rejects_names_that_differ_from_known_ones_by_case_or_null() {
    let fixture = Fixture::new().await;
    let token = fixture.reader();
    let session = fixture.session(&token).await;
    let read = r#""name":"read_note","arguments":{"title":"a"}"#;
    let envelope = |members: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call",{members}}}"#);
    let params = |members: &str| envelope(&format!(r#""params":{{{read},{members}}}"#));
    let call = format!(r#""params":{{{read}}}"#);
    let mut bodies: Vec<String> = ["NAME", "Name", "nAme", r"name\u0000", r"\u0000name", r"N\u0000AME", r"name\u0000x"]
        .iter()
        .map(|name| params(&format!(r#""{name}":"delete_note""#)))
        .collect();
    bodies.extend(["Arguments", "ARGUMENTS", r"argument\u017f"].map(|name| params(&format!(r#""{name}":{{}}"#))));
    bodies.extend(["_Meta", "_META", r"_meta\u0000"].map(|name| params(&format!(r#""{name}":{{}}"#))));
    bodies.extend(["Method", "METHOD", r"method\u0000"].map(|name| envelope(&format!(r#"{call},"{name}":"ping""#))));
    bodies.extend(
        ["Params", "param\u{17f}", r"param\u017f", r"params\u0000"]
            .map(|name| envelope(&format!(r#"{call},"{name}":{{"name":"delete_note","arguments":{{}}}}"#))),
    );
    bodies.extend(["ID", "Id", r"id\u0000", r"\u0131d"].map(|name| envelope(&format!(r#"{call},"{name}":2"#))));
    bodies.extend(["JSONRPC", "Result", "ERROR"].map(|name| envelope(&format!(r#"{call},"{name}":{{}}"#))));
    for body in bodies {
        let reply = fixture.send(in_session(Ask::post(body.clone()).token(&token), &session)).await;
        assert_eq!(reply.status_and_code(), (400, -32600), "{body}");
    }
    let version =
        r#""io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}"#;
    let modern = |meta: &str| {
        let ask = Ask::post(params(&format!(r#""_meta":{{{version}{meta}}}"#)));
        let ask = ask.header("mcp-protocol-version", "2026-07-28").header("mcp-method", "tools/call");
        ask.header("mcp-name", "read_note").token(&token)
    };
    for name in ["ProtocolVersion", "PROTOCOLVERSION", r"protocolVersion\u0000", "ClientCapabilities", "clientinfo"] {
        let reply = fixture.send(modern(&format!(r#","io.modelcontextprotocol/{name}":"2025-11-25""#))).await;
        assert_eq!(reply.status_and_code(), (400, -32600), "{name}");
    }
    assert_eq!(fixture.runs.take(), [""; 0]);
    assert_eq!(fixture.send(modern("")).await.text(), "a");
}

#[tokio::test]
async fn rejects_other_spellings_of_the_parameters_of_each_method() {
    let fixture = Fixture::new().await;
    let token = fixture.reader();
    let session = fixture.session(&token).await;
    let uri = r#""uri":"note://a""#;
    for (method, params, name) in [
        ("prompts/get", r#""name":"a""#, "NAME"),
        ("prompts/get", r#""name":"a""#, "Arguments"),
        ("resources/read", uri, "URI"),
        ("resources/subscribe", uri, "Uri"),
        ("resources/unsubscribe", uri, r"uri\u0000"),
        ("completion/complete", r#""ref":{},"argument":{}"#, "REF"),
        ("completion/complete", r#""ref":{},"argument":{}"#, "Argument"),
        ("tasks/get", r#""taskId":"a""#, "taskid"),
        ("tasks/cancel", r#""taskId":"a""#, r"task\u0000Id"),
    ] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params},"{name}":"b"}}}}"#);
        let reply = fixture.send(in_session(Ask::post(body).token(&token), &session)).await;
        assert_eq!(reply.status_and_code(), (400, -32600), "{method}: {name}");
    }
}

#[tokio::test]
async fn accepts_any_spelling_of_irrelevant_names() {
    let fixture = Fixture::new().await;
    let token = fixture.reader();
    let session = fixture.session(&token).await;
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"NAME":"delete_note","Cursor":"x"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_note","arguments":{"title":"a","TITLE":"b"}}}"#,
    ] {
        let reply = fixture.send(in_session(Ask::post(body).token(&token), &session)).await;
        assert!(reply.status == 200 && reply.message()["result"].is_object(), "{reply:?}");
    }
}

/// How an array or object begins and ends, by level.
type Level = fn(usize) -> (&'static str, &'static str);

/// Returns the arguments of a request with this many levels in total; the arguments are the third level.
fn arguments(levels: usize, level: Level) -> String {
    let inner = 0..levels - 3;
    let (open, close): (String, String) =
        (inner.clone().map(|at| level(at).0).collect(), inner.rev().map(|at| level(at).1).collect());
    format!(r#"{{"a":{open}1{close}}}"#)
}

const ARRAY: (&str, &str) = ("[", "]");
const OBJECT: (&str, &str) = (r#"{"b":"#, "}");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forwards_the_deepest_accepted_arguments_and_rejects_one_level_more() {
    if !is_for_one_test(module_path!(), "forwards_the_deepest_accepted_arguments_and_rejects_one_level_more") {
        return;
    }
    let fixture = Fixture::new().await;
    let token = fixture.reader();
    let session = fixture.session(&token).await;
    let shapes: [Level; 3] = [|_| ARRAY, |_| OBJECT, |at| if at % 2 == 0 { ARRAY } else { OBJECT }];
    for (shape, level) in shapes.into_iter().enumerate() {
        for levels in [100, 101, 127, 128, 129, 100_000] {
            let call = format!(r#""name":"measure","arguments":{}"#, arguments(levels, level));
            let legacy = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{{call}}}}}"#);
            let modern = Ask::modern("tools/call", &format!("{call},")).header("mcp-name", "measure");
            for ask in [in_session(Ask::post(legacy), &session), modern] {
                let reply = fixture.send(ask.token(&token)).await;
                if levels == 100 {
                    assert_eq!((reply.status, reply.text().as_str()), (200, "98"), "{shape}");
                    assert_eq!(fixture.runs.take(), ["measure"]);
                } else {
                    assert_eq!(reply.status_and_code(), (400, -32700), "{shape} {levels}");
                    assert_eq!(fixture.runs.take(), [""; 0]);
                }
            }
        }
    }
    fixture.assert_answers().await;
}
