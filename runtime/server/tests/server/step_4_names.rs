//! Step 4: member names that parsers read differently.

use mcp_scopes_server::{Access, ResourceServerBuilder};

use crate::server::{Ask, Server};

async fn send_rejected(body: String) -> (u16, i64) {
    Server::new().send(Ask::post(body).token("runner")).await.refused()
}

/// Returns a call of `list_files` with more parameters.
fn with(params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"list_files"{params}}}}}"#)
}

#[tokio::test]
async fn rejects_names_that_serde_crates_reserve() {
    for name in [
        "$serde_json::private::RawValue",
        "$serde_json::private::Number",
        "$serde_json::private::",
        "\\u0024serde_json::private::RawValue",
        "$serde_json::private\\u003a:RawValue",
        "$__toml_private_datetime",
        "$__serde_spanned_private_start",
    ] {
        for body in [
            with(&format!(r#","arguments":{{"{name}":"\"welcome\""}}"#)),
            with(&format!(r#","arguments":{{"title":{{"{name}":"\"welcome\""}}}}"#)),
            with(&format!(r#","arguments":[[[{{"a":1,"{name}":2}}]]]"#)),
            with(&format!(r#","_meta":{{"{name}":1}}"#)),
            format!(r#"{{"{name}":"{{}}","jsonrpc":"2.0","id":1,"method":"ping"}}"#),
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","x":{{"y":{{"{name}":"1"}}}}}}"#),
        ] {
            assert_eq!(send_rejected(body.clone()).await, (400, -32700), "{body}");
        }
    }
    // Values and other prefixes are accepted.
    for params in [
        r#","arguments":{"a":"$serde_json::private::RawValue"}"#,
        r#","arguments":{"$serde_json":1,"serde_json::private::RawValue":2,"$schema":3,"$ref":4}"#,
    ] {
        Server::new().send(Ask::post(with(params)).token("reader")).await.passed();
    }
}

#[tokio::test]
async fn rejects_other_spellings_of_members_of_the_envelope() {
    for name in [
        "Method",
        "METHOD",
        "Params",
        "param\u{17f}",
        "Id",
        "ID",
        "JsonRpc",
        "Result",
        "ERROR",
        "method\\u0000",
        "\\u0000id",
    ] {
        for value in [r#"{"name":"run"}"#, "\"tools/call\"", "1"] {
            for body in [
                format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","{name}":{value}}}"#),
                format!(r#"{{"{name}":{value},"jsonrpc":"2.0","id":1,"method":"ping"}}"#),
            ] {
                assert_eq!(send_rejected(body.clone()).await, (400, -32600), "{body}");
            }
        }
    }
}

#[tokio::test]
async fn rejects_other_spellings_of_relevant_parameters() {
    for other in [
        r#","NAME":"run""#,
        r#","Name":null"#,
        r#","name\u0000":"run""#,
        r#","name\u0000x":"run""#,
        r#","NAME\u0000\u0000y":"run""#,
        r#","arguments\u0000x":{}"#,
        r#","\u004eame":"run""#,
        r#","Arguments":{}"#,
        r#","argument\u017f":{}"#,
        r#","_META":{}"#,
        r#","_meta":{"io.modelcontextprotocol/ProtocolVersion":"2025-11-25"}"#,
        r#","_meta":{"IO.modelcontextprotocol/protocolVersion":"2025-11-25"}"#,
        r#","_meta":{"io.modelcontextprotocol/protocolVersion\u0000":"2025-11-25"}"#,
        r#","_meta":{"io.modelcontextprotocol/protocolVersion\u0000x":"2025-11-25"}"#,
        r#","_meta":{"io.modelcontextprotocol/clientcapabilities":{}}"#,
    ] {
        assert_eq!(send_rejected(with(other)).await, (400, -32600), "{other}");
    }
    // Also before the method, which decides what the parameters mean.
    let early = r#"{"params":{"NAME":"run","name":"list_files"},"method":"tools/call","id":1,"jsonrpc":"2.0"}"#;
    assert_eq!(send_rejected(early.to_owned()).await, (400, -32600));
    let server = Server::with(|builder| builder.method("*", Access::Token));
    for (method, param, inner) in [
        ("completion/complete", "ref", "Name"),
        ("completion/complete", "ref", "typ\u{435}\\u0000"),
        ("completion/complete", "ref", r"uri\u0000x"),
        ("subscriptions/listen", "notifications", "ResourceSubscriptions"),
    ] {
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{"{param}":{{"{inner}":"a"}}}}}}"#);
        let answer = server.send(Ask::post(body).token("reader")).await;
        // A Cyrillic letter folds to no letter of a known name.
        assert_eq!(answer.seen.is_some(), inner.starts_with("typ"), "{method} {inner}: {answer:?}");
        assert!(answer.seen.is_some() || answer.refused() == (400, -32600), "{method} {inner}: {answer:?}");
    }
    for (method, name) in [
        ("prompts/get", "Name"),
        ("prompts/get", "ARGUMENTS"),
        ("resources/read", "URI"),
        ("resources/subscribe", "uRi"),
        ("completion/complete", "Ref"),
        ("tasks/result", "taskID"),
        ("tasks/cancel", "ta\u{17f}kId"),
        ("resources/read", r"uri\u0000x"),
    ] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{"{name}":"a"}}}}"#);
        assert_eq!(server.send(Ask::post(body).token("reader")).await.refused(), (400, -32600), "{method} {name}");
    }
}

#[tokio::test]
async fn accepts_any_spelling_of_irrelevant_names() {
    for params in [
        r#","arguments":{"NAME":"run","name":"list","Method":"x","name\u0000":1}"#,
        r#","Names":1,"nam":2,"na-me":3,"n\u00e4me":4,"Uri":5,"TaskId":6"#,
        r#","_meta":{"Name":1,"progressToken":2,"ProgressToken":3}"#,
    ] {
        Server::new().send(Ask::post(with(params)).token("reader")).await.passed();
    }
    let server = Server::with(|builder| builder.method("vendor/*", Access::Token));
    for params in [
        r#""NAME":"a","Uri":"b","Arguments":1"#,
        r#""ref":{"Type":"ref/prompt","NAME":1},"notifications":{"ResourceSubscriptions":1}"#,
        r#""ref":7,"notifications":[{"resourcesubscriptions":{}}],"uri":"a""#,
    ] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"vendor/x","params":{{{params}}}}}"#);
        server.send(Ask::post(body).token("reader")).await.passed();
    }
}

#[tokio::test]
async fn limits_nesting_at_every_place() {
    let nested = |depth: usize, open: &str, close: &str| format!("{}1{}", open.repeat(depth), close.repeat(depth));
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
        let levels = open.matches(['[', '{']).count();
        for (place, around) in [
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping","x":@}"#, 1),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":@}}"#, 2),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"x":@}}}"#, 3),
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_files","arguments":@}}"#, 2),
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_files","arguments":{"x":@}}}"#, 3),
        ] {
            let body = |depth: usize| place.replace('@', &nested(depth, open, close));
            let most = (100 - around) / levels;
            Server::new().send(Ask::post(body(most)).token("reader")).await.passed();
            for depth in [most + 1, 100_000] {
                let answer = Server::new().send(Ask::post(body(depth)).token("reader")).await;
                assert_eq!(answer.refused(), (400, -32700), "{place} {open} {depth}");
            }
        }
    }
    // A batch adds one level.
    let batches = Server::with(ResourceServerBuilder::allow_batches);
    let body =
        |depth: usize| format!(r#"[{{"jsonrpc":"2.0","id":1,"method":"ping","x":{}}}]"#, nested(depth, "[", "]"));
    batches.send(Ask::post(body(98)).token("reader")).await.passed();
    assert_eq!(batches.send(Ask::post(body(99)).token("reader")).await.refused(), (400, -32700));
}

#[tokio::test]
async fn limits_the_messages_of_a_batch() {
    let server = Server::with(ResourceServerBuilder::allow_batches);
    let batch = |count: usize| {
        let all: Vec<_> = (0..count).map(|id| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#)).collect();
        Ask::post(format!("[{}]", all.join(","))).token("reader")
    };
    server.send(batch(100)).await.passed();
    for count in [101, 10_000] {
        assert_eq!(server.send(batch(count)).await.refused(), (400, -32600), "{count}");
    }
}

/// A response repeats the id.
#[tokio::test]
async fn limits_the_length_of_ids() {
    for (id, passes) in [
        (format!("\"{}\"", "a".repeat(1022)), true),
        (format!("\"{}\"", "a".repeat(1023)), false),
        (format!("\"{}\"", r"\n".repeat(511)), true),
        (format!("\"{}\"", r"\n".repeat(512)), false),
        (format!("\"{}\"", "a".repeat(1 << 20)), false),
        ("1".repeat(2000), false),
    ] {
        let body = |rest: &str| Ask::post(format!(r#"{{"jsonrpc":"2.0","id":{id},{rest}}}"#)).token("reader");
        for rest in [r#""method":"ping""#, r#""method":"tools/call","params":{"name":"list_files"}"#, r#""result":{}"#]
        {
            let answer = Server::new().send(body(rest)).await;
            assert_eq!(answer.seen.is_some(), passes, "{} {rest}", id.len());
            assert!(passes || answer.refused() == (400, -32600), "{} {rest}: {answer:?}", id.len());
        }
        if passes {
            let denied = Server::new().send(body(r#""method":"tools/call","params":{"name":"run"}"#)).await;
            assert_eq!(denied.refused(), (403, 403));
            assert!(
                denied.body.starts_with(&format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":403,"#)),
                "{denied:?}"
            );
        }
    }
}

#[tokio::test]
async fn limits_the_length_of_escaped_tool_names() {
    let name = |len: usize| {
        Ask::post(format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"\u0061{}"}}}}"#,
            "a".repeat(len - 1)
        ))
        .token("reader")
    };
    assert_eq!(Server::new().send(name(16 << 10)).await.refused(), (200, -32602));
    assert_eq!(Server::new().send(name((16 << 10) + 1)).await.refused(), (400, -32600));
}
