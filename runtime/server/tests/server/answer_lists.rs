//! Step 9: lists of tools in JSON answers.

use mcp_scopes_server::Discovery;
use serde_json::json;

use crate::server::{Answer, Ask, Reply, Server};

const LIST: &str = r#"{ "jsonrpc":"2.0", "id": 1.0, "result": {"resultType":"complete", "tools":[
    {"name":"run","description":"Run a command"},
    {"description":"\u00e4", "name":"list_files", "inputSchema":{"type":"object","tools":[{"name":"run"}]}, "x":1.50},
    {"name":"unlisted"},
    {"name":"write_\u0066ile"},
    {"name":"status"} ],"nextCursor":"7","ttlMs":60000,"cacheScope":"public","x":{"b":1,"a":2}}, "y":[] }"#;

fn filtered(reply: Reply) -> Server {
    Server::with(|builder| builder.discovery(Discovery::Filtered)).replying(reply)
}

async fn list(reply: Reply, token: Option<&str>) -> Answer {
    let ask = Ask::method("tools/list").header("accept-encoding", "gzip");
    let answer = filtered(reply)
        .send(match token {
            Some(token) => ask.token(token),
            None => ask,
        })
        .await;
    answer.passed();
    answer
}

fn names(answer: &Answer) -> Vec<String> {
    let tools = answer.json()["result"]["tools"].clone();
    tools.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn filters_the_list_to_tools_that_the_caller_may_call() {
    for (token, expected) in [
        (None, &["status"][..]),
        (Some("scopeless"), &["status"]),
        (Some("reader"), &["list_files", "status"]),
        (Some("writer"), &["list_files", "write_file", "status"]),
        (Some("runner"), &["run", "status"]),
    ] {
        assert_eq!(names(&list(Reply::json(LIST), token).await), expected, "{token:?}");
    }
}

#[tokio::test]
async fn preserves_order_unknown_members_and_cursor() {
    let answer = list(Reply::json(LIST), Some("writer")).await;
    assert_eq!(
        answer.body,
        concat!(
            r#"{ "jsonrpc":"2.0", "id": 1.0, "result": {"resultType":"complete", "tools":["#,
            r#"{"description":"\u00e4", "name":"list_files", "inputSchema":{"type":"object","tools":[{"name":"run"}]}, "x":1.50},"#,
            r#"{"name":"write_\u0066ile"},{"name":"status"}],"#,
            r#""nextCursor":"7","ttlMs":60000,"cacheScope":"private","x":{"b":1,"a":2}}, "y":[] }"#
        )
    );
}

#[tokio::test]
async fn sets_cache_scope_private_on_revisions_that_define_it() {
    let of = |members: &str| Reply::json(&format!(r#"{{"result":{{{members}"tools":[{{"name":"status"}}]}}}}"#));
    let scope = |answer: Answer| answer.json()["result"].get("cacheScope").cloned();
    assert_eq!(scope(list(of(""), None).await), None, "2025-11-25");
    assert_eq!(scope(list(of(r#""ttlMs":1,"#), None).await), Some(json!("private")));
    assert_eq!(scope(list(of(r#""resultType":"complete","#), None).await), Some(json!("private")));
    assert_eq!(scope(list(of(r#""cacheScope":"private","#), None).await), Some(json!("private")));
    assert_eq!(scope(list(of(r#""cacheScope":7,"#), None).await), Some(json!("private")));
}

#[tokio::test]
async fn forwards_answers_without_a_list_byte_for_byte() {
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"result":{"capabilities":{"tools":{}},"x":"tools"}}"#,
        r#"{"result":{"structuredContent":{"tools":[{"name":"run"}]},"content":[]}}"#,
        r#"{"method":"x","params":{"tools":[{"name":"run"}]}}"#,
        r#"{"result":null,"tools":[]}"#,
        r#"{"result":["tools"]}"#,
        r#"["tools"]"#,
        "",
    ] {
        let answer = list(Reply::json(body), Some("reader")).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, body));
    }
}

#[tokio::test]
async fn forwards_answers_of_other_content_types() {
    let body = "<p>\"tools\"</p>";
    assert_eq!(list(Reply::of("text/html", [body]), Some("reader")).await.body, body);
}

#[tokio::test]
async fn filters_lists_in_batches_and_with_escaped_names() {
    let batch = r#"[{"id":1,"result":{}},{"id":2,"result":{"tools":[{"name":"run"},{"name":"status"}]}},7]"#;
    let answer = list(Reply::json(batch), Some("reader")).await;
    assert_eq!(answer.body, r#"[{"id":1,"result":{}},{"id":2,"result":{"tools":[{"name":"status"}]}},7]"#);
    for spelt in [
        r#"{"result":{"t\u006fols":[{"name":"run"}]}}"#,
        r#"{"r\u0065sult":{"tools":[{"n\u0061me":"run"}]}}"#,
        r#"{"result":{"tools" : [ {"name":"r\u0075n"} ]}}"#,
        " \n{\"result\":{\"tools\":[{\"name\":\"run\"}]}}",
    ] {
        for content_type in
            ["application/json", "application/json; charset=utf-8", "application/vnd.x+json", "text/json"]
        {
            let answer = list(Reply::of(content_type, [spelt]), Some("reader")).await;
            assert!(!answer.body.contains("\"run\"") && !answer.body.contains("u0075n"), "{}", answer.body);
            assert_eq!(answer.status.as_u16(), 200);
        }
    }
}

#[tokio::test]
async fn filters_lists_that_arrive_in_chunks() {
    let pieces: Vec<_> = LIST.as_bytes().chunks(7).map(<[u8]>::to_vec).collect();
    assert_eq!(names(&list(Reply::of("application/json", pieces), Some("reader")).await), ["list_files", "status"]);
}

#[tokio::test]
async fn replaces_malformed_lists_by_an_error() {
    for body in [
        r#"{"result":{"tools":[{"name":"run"}]}"#,
        r#"{"result":{"tools":[{"name":"run"}]}} x"#,
        r#"{"result":{"tools":{"run":{}}}}"#,
        r#"{"result":{"tools":"run"}}"#,
        r#"{"result":{"tools":["run"]}}"#,
        r#"{"result":{"tools":[["run"]]}}"#,
        r#"{"result":{"tools":[{"title":"run"}]}}"#,
        r#"{"result":{"tools":[{"name":7}]}}"#,
        r#"{"result":{"tools":[{"name":"status","name":"run"}]}}"#,
        r#"{"result":{"tools":[],"tools":[{"name":"run"}]}}"#,
        r#"{"result":{"tools":[]},"result":{"tools":[{"name":"run"}]}}"#,
        "\u{feff}{\"result\":{\"tools\":[{\"name\":\"run\"}]}}",
        "\"tools\" {}",
    ] {
        let answer = list(Reply::json(body), Some("reader")).await;
        assert_eq!((answer.status.as_u16(), answer.json()["error"]["code"].as_i64()), (502, Some(-32603)), "{body}");
        assert!(!answer.body.contains("run"));
    }
    let utf_8 = &b"{\"result\":{\"tools\":[{\"name\":\"run\"}],\"x\":\"\xff\"}}"[..];
    assert_eq!(list(Reply::of("application/json", [utf_8]), Some("reader")).await.status.as_u16(), 502);
}

#[tokio::test]
async fn returns_502_for_answers_above_the_limit() {
    let server = Server::with(|builder| builder.discovery(Discovery::Filtered).answer_limit(100));
    let answer = server.replying(Reply::json(LIST)).send(Ask::method("tools/list").token("reader")).await;
    assert_eq!(answer.status.as_u16(), 502);
}

#[tokio::test]
async fn rejects_encoded_lists_and_reserved_names() {
    let answer = list(Reply::json(LIST), Some("reader")).await;
    assert!(!answer.passed().headers.contains_key("accept-encoding"));
    for reply in [
        Reply::json("\u{1f}x").header("content-encoding", "gzip"),
        Reply::json(LIST).header("content-encoding", "br"),
        // A client that uses serde may find a list in it.
        Reply::json(r#"{"result":{"$serde_json::private::RawValue":"{\"tools\":[{\"name\":\"run\"}]}"}}"#),
        Reply::json(r#"{"result":{"\u0024\u0073erde_json::private::RawValue":"{\"tools\":[{\"name\":\"run\"}]}"}}"#),
        // Some parsers detect UTF-16 by its zero bytes.
        Reply::of(
            "application/json",
            [r#"{"result":{"tools":[{"name":"run"}]}}"#.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()],
        ),
        Reply::of("application/json; charset=utf-16", ["x"]),
        Reply::of("text/event-stream; charset=utf-16", ["x"]),
        Reply::of("text/event-stream", ["x"]).header("content-encoding", "gzip"),
    ] {
        assert_eq!(list(reply, Some("reader")).await.status.as_u16(), 502);
    }
}

#[tokio::test]
async fn removes_content_length_from_filtered_answers() {
    let answer = list(Reply::json(LIST).header("content-length", "9999"), Some("reader")).await;
    assert_eq!(answer.header("content-length"), "");
}

#[tokio::test]
async fn forwards_lists_unchanged_in_other_discovery_modes() {
    for discovery in [Discovery::Open, Discovery::Baseline] {
        let server = Server::with(|builder| builder.discovery(discovery)).replying(Reply::json(LIST));
        let ask = || Ask::method("tools/list").token("reader");
        let answer = server.send(ask().header("accept-encoding", "gzip").header("range", "bytes=0-")).await;
        // Event ids cannot be sealed in a compressed stream, so `accept-encoding` is removed. A range is irrelevant in these modes.
        let seen = answer.passed();
        assert!(!seen.headers.contains_key("accept-encoding") && seen.headers.contains_key("range"));
        assert_eq!(answer.body, LIST);
        let encoded = server.replying(Reply::json("\u{1f}x").header("content-encoding", "gzip"));
        assert_eq!(encoded.send(ask()).await.body, "\u{1f}x");
        let events = encoded.replying(Reply::of("text/event-stream", ["x"]).header("content-encoding", "gzip"));
        assert_eq!(events.send(ask()).await.status.as_u16(), 502);
    }
}

#[tokio::test]
async fn filters_lists_in_answers_to_any_request() {
    for ask in [Ask::call("status"), Ask::method("ping"), Ask::new("GET", "/mcp"), Ask::new("DELETE", "/mcp")] {
        let answer = filtered(Reply::json(LIST)).send(ask.token("reader")).await;
        assert_eq!(names(&answer), ["list_files", "status"]);
    }
}
