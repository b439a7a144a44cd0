//! Step 4: bodies that two parsers could read differently.

use bytes::Bytes;
use mcp_scopes_server::Discovery;

use crate::server::{Ask, Server};

async fn send_rejected(body: impl Into<Bytes>) -> (u16, i64) {
    Server::new().send(Ask::post(body).token("runner")).await.refused()
}

#[tokio::test]
async fn forwards_the_body_byte_for_byte() {
    let body = " {\"method\" : \"tools/call\",\n\"params\":{\"name\":\"list_\\u0066iles\",\"arguments\":{\"a\":1.50e1}},\
                \"id\":\"\\u00e4\",\"jsonrpc\":\"2.0\",\"x\":[]}\r\n";
    let answer = Server::new().send(Ask::post(body).token("reader")).await;
    assert_eq!(answer.passed().body, body);
}

#[tokio::test]
async fn rejects_duplicate_members_at_every_level() {
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"tools/call","params":{"name":"status"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"status","name":"run"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"status","n\u0061me":"run"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"status"},"params":{"name":"run"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"status","arguments":{"a":[{"b":1,"b":1}]}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","x":{"a":{},"":0,"":0}}"#,
    ] {
        assert_eq!(send_rejected(body).await, (400, -32700), "{body}");
    }
}

#[tokio::test]
async fn distinguishes_members_of_nested_and_neighboring_objects() {
    let many = |last: &str| {
        let members: Vec<_> = (0..100).map(|at| format!("\"k{at}\":{{\"a\":1,\"k0\":2}}")).collect();
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{{},"{last}":1,"a":[{{"a":1}},{{"a":1}}]}}}}"#,
            members.join(",")
        )
    };
    Server::new().send(Ask::post(many("k100")).token("reader")).await.passed();
    for last in ["k0", "k15", "k16", "k99"] {
        assert_eq!(send_rejected(many(last)).await, (400, -32700), "{last}");
    }
}

#[tokio::test]
async fn rejects_malformed_json() {
    for body in [
        "",
        " ",
        "{",
        "no json",
        r#"{"jsonrpc":"2.0","id":1,"method":"ping"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping"} {"jsonrpc":"2.0","id":1,"method":"ping"}"#,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\0",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\u{a0}",
        r#"{"jsonrpc":"2.0","id":1,"method":"ping",}"#,
        "{'jsonrpc':'2.0','id':1,'method':'ping'}",
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","x":"\ud800"}"#,
        r#"{"jsonrpc":"2.0","id":"\ud800","method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","x":NaN}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","x":01}"#,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"x\":\"\n\"}",
        "\u{feff}{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}",
    ] {
        assert_eq!(send_rejected(body.to_owned()).await, (400, -32700), "{body}");
    }
}

#[tokio::test]
async fn rejects_invalid_utf_8_at_every_place() {
    for body in [
        &b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"x\":\"\xff\"}"[..],
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"status\",\"arguments\":{\"\xc3\":1}}}",
        b"\xff\xfe{\0}\0",
    ] {
        assert_eq!(send_rejected(body).await, (400, -32700));
    }
}

#[tokio::test]
async fn rejects_deep_nesting() {
    let deep =
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","x":{}{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
    assert_eq!(send_rejected(deep).await, (400, -32700));
}

/// Returns a call of a tool that the caller may call, with more parameters.
fn call_with(params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"list_files",{params}}}}}"#)
}

#[tokio::test]
async fn reads_long_strings_with_escapes_like_short_ones() {
    for text in [String::new(), "a".repeat(40 << 10)] {
        for params in [
            format!(r#""arguments":{{"a":"{text}\n"}}"#),
            format!(
                r#""arguments":{{"n":[1,-1.5e3,true,null,{{}},[]],"a":["\n{text}",{{"b\n":"{text}\ud83d\ude00{text}"}}],"c":"\n"}}"#
            ),
            format!(r#""_meta":{{"x":"{text}\u00e9"}},"x":["\\{text}\""],"{text}":"{text}""#),
        ] {
            let body = call_with(&params);
            let answer = Server::new().send(Ask::post(body.clone()).token("reader")).await;
            assert_eq!(answer.passed().body, body);
        }
        for (params, code) in [
            (format!(r#""arguments":{{"a":"{text}\ud800"}}"#), -32700),
            (format!(r#""arguments":["{text}\ud83d-{text}\ude00"]"#), -32700),
            (format!(r#""x":"{text}\x""#), -32700),
            (format!("\"x\":\"{text}\\n\n\""), -32700),
            // What follows is read as always.
            (format!(r#""arguments":{{"a":"{text}\n","a":1}}"#), -32700),
            (format!(r#""x":"{text}\n","name":"run""#), -32700),
            (format!(r#""NAME":"{text}\n""#), -32600),
            (format!(r#""x":"{text}\n","y":{}{}"#, "[".repeat(100), "]".repeat(100)), -32700),
        ] {
            let start = params.get(..40).unwrap_or(&params).to_owned();
            let answer = Server::new().send(Ask::post(call_with(&params)).token("reader")).await;
            assert_eq!(answer.refused(), (400, code), "{start}");
        }
        let server = Server::with(mcp_scopes_server::ResourceServerBuilder::allow_batches);
        let batch = |tool: &str| {
            let first = call_with(&format!(r#""arguments":{{"a":["\n{text}"]}}"#));
            let second = call_with(r#""arguments":{}"#).replace("list_files", tool).replace(r#""id":1"#, r#""id":2"#);
            Ask::post(format!("[{first},{second}]")).token("reader")
        };
        server.send(batch("status")).await.passed();
        assert_eq!(server.send(batch("run")).await.refused(), (403, 403));
    }
}

#[tokio::test]
async fn limits_the_length_of_names_with_escapes_and_of_numbers() {
    for (len, code) in [(30 << 10, None), ((32 << 10) + 1, Some((400, -32600)))] {
        let (name, number) = ("a".repeat(len), "1".repeat(len));
        for params in [
            format!(r#""arguments":{{"\n{name}":1}}"#),
            format!(r#""{name}\n" : 1"#),
            // Some parsers have no numbers beyond those of 64 bits.
            format!(r#""arguments":{{"a":0.{number}}}"#),
        ] {
            let answer = Server::new().send(Ask::post(call_with(&params)).token("reader")).await;
            assert_eq!(answer.seen.is_none().then(|| answer.refused()), code, "{len}");
        }
        // Names without escapes are as long as the body.
        Server::new().send(Ask::post(call_with(&format!(r#""{name}":1"#))).token("reader")).await.passed();
    }
}

#[tokio::test]
async fn rejects_malformed_messages() {
    for body in [
        "null",
        "1",
        "\"ping\"",
        "{}",
        r#"{"id":1,"method":"ping"}"#,
        r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
        r#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":1}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":7}"#,
        r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":1e3,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":null}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":"name"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#,
        r#"{"jsonrpc":"2.0","result":{}}"#,
    ] {
        assert_eq!(send_rejected(body).await, (400, -32600), "{body}");
    }
}

#[tokio::test]
async fn rejects_batches_by_default() {
    for body in ["[]", r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#] {
        assert_eq!(send_rejected(body).await, (400, -32600), "{body}");
    }
}

/// Readers differ about what an answer belongs to, and limits and outcomes are found by the id.
#[tokio::test]
async fn rejects_batches_of_requests_with_the_same_id() {
    let server = Server::with(mcp_scopes_server::ResourceServerBuilder::allow_batches);
    let batch = async |ids: [&str; 2]| {
        let call = |id: &str| {
            format!(
                r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"status","arguments":{{}}}}}}"#
            )
        };
        server.send(Ask::post(format!("[{},{}]", call(ids[0]), call(ids[1]))).token("reader")).await
    };
    for same in [["1", "1"], [r#""a""#, r#""a""#], [r#""a""#, r#""\u0061""#]] {
        assert_eq!(batch(same).await.refused(), (400, -32600), "{same:?}");
    }
    for different in [["1", "2"], ["1", r#""1""#]] {
        batch(different).await.passed();
    }
}

#[tokio::test]
async fn checks_each_message_of_a_batch() {
    let server = Server::with(mcp_scopes_server::ResourceServerBuilder::allow_batches);
    let call = |id: u8, tool: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}"}}}}"#)
    };
    let batch = |tools: [&str; 2]| Ask::post(format!("[{},{}]", call(1, tools[0]), call(2, tools[1]))).token("reader");
    server.send(batch(["status", "list_files"])).await.passed();
    let refused = server.send(batch(["status", "run"])).await;
    assert_eq!((refused.refused(), &refused.json()["id"]), ((403, 403), &serde_json::json!(2)));
    // Headers are compared with each message.
    let named = server.send(batch(["status", "list_files"]).header("mcp-name", "status")).await;
    assert_eq!((named.refused(), &named.json()["id"]), ((400, -32020), &serde_json::json!(2)));
    for body in ["[]", "[1]", "[[]]", "[null]", r#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{}]"#] {
        assert_eq!(server.send(Ask::post(body).token("reader")).await.refused(), (400, -32600), "{body}");
    }
    let twice = format!("[{}]", r#"{"jsonrpc":"2.0","id":1,"method":"ping","id":1}"#);
    assert_eq!(server.send(Ask::post(twice).token("reader")).await.refused(), (400, -32700));
}

#[tokio::test]
async fn returns_413_for_bodies_above_the_limit() {
    let call = |len: usize| {
        let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"status"}}"#;
        Ask::post(format!("{call}{}", " ".repeat(len - call.len())))
    };
    let server = Server::with(|builder| builder.body_limit(2000).anonymous_body_limit(1000));
    server.send(call(1000)).await.passed();
    assert_eq!(server.send(call(1001)).await.refused(), (413, 413));
    server.send(call(2000).token("reader")).await.passed();
    assert_eq!(server.send(call(2001).token("reader")).await.refused(), (413, 413));
    // Default: 64 KiB without a token, 4 MiB with one.
    let server = Server::with(|builder| builder.discovery(Discovery::Open));
    server.send(call(64 << 10)).await.passed();
    assert_eq!(server.send(call((64 << 10) + 1)).await.refused(), (413, 413));
    server.send(call(4 << 20).token("reader")).await.passed();
    assert_eq!(server.send(call((4 << 20) + 1).token("reader")).await.refused(), (413, 413));
}

#[tokio::test]
async fn returns_415_for_other_content_types_and_encodings() {
    for stated in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/json; charset=utf-16"),
        Some("application/json-seq"),
        Some(""),
    ] {
        let answer = Server::new().send(Ask::call("status").only("content-type", stated)).await;
        assert_eq!(answer.refused(), (415, 415), "{stated:?}");
    }
    for encoding in ["gzip", "br", "identity, gzip", ""] {
        let answer = Server::new().send(Ask::call("status").header("content-encoding", encoding)).await;
        assert_eq!(answer.refused(), (415, 415), "{encoding}");
    }
    let two = Ask::call("status").header("content-type", "application/json");
    assert_eq!(Server::new().send(two).await.refused(), (415, 415));
    for stated in ["application/json; charset=UTF-8", "Application/JSON;charset=\"utf-8\"", "application/json ; x=y"] {
        Server::new().send(Ask::call("status").only("content-type", Some(stated))).await.passed();
    }
}
