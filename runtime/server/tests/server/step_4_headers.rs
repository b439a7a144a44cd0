//! Step 4: headers that mirror the body.

use mcp_scopes_server::Access;

use crate::server::{Ask, Server};

#[tokio::test]
async fn accepts_2026_07_28_requests_whose_headers_agree() {
    Server::new().send(Ask::modern_call("list_files").token("reader")).await.passed();
    let list = Ask::modern("tools/list", "");
    Server::new().send(list.token("reader")).await.passed();
}

#[tokio::test]
async fn rejects_missing_headers() {
    for name in ["mcp-protocol-version", "mcp-method", "mcp-name"] {
        let ask = Ask::modern_call("list_files").only(name, None).token("reader");
        let answer = Server::new().send(ask).await;
        assert_eq!((answer.refused(), &answer.json()["id"]), ((400, -32020), &serde_json::json!(1)), "{name}");
    }
}

#[tokio::test]
async fn rejects_missing_meta_as_an_invalid_parameter() {
    let ask = Ask::call("list_files").header("mcp-protocol-version", "2026-07-28").header("mcp-method", "tools/call");
    let answer = Server::new().send(ask.header("mcp-name", "list_files").token("reader")).await;
    assert_eq!(answer.refused(), (400, -32602));
}

#[tokio::test]
async fn rejects_mismatched_headers_on_every_revision() {
    for (name, value) in [
        ("mcp-method", "tools/list"),
        ("mcp-method", "Tools/Call"),
        ("mcp-name", "status"),
        ("mcp-name", "LIST_FILES"),
        ("mcp-name", ""),
        ("mcp-name", "=?base64?c3RhdHVz?="),
        ("mcp-name", "=?base64?*?="),
        ("mcp-name", "list_files\u{e4}"),
    ] {
        for ask in [Ask::modern_call("list_files"), Ask::call("list_files")] {
            let answer = Server::new().send(ask.only(name, Some(value)).token("reader")).await;
            assert_eq!(answer.refused(), (400, -32020), "{name}: {value}");
        }
    }
    for version in ["2025-11-25", "2026-07-29", ""] {
        let ask = Ask::modern_call("list_files").only("mcp-protocol-version", Some(version)).token("reader");
        assert_eq!(Server::new().send(ask).await.refused(), (400, -32020), "{version}");
    }
}

#[tokio::test]
async fn accepts_names_in_base64() {
    let ask = Ask::modern_call("list_files").only("mcp-name", Some("=?base64?bGlzdF9maWxlcw==?="));
    Server::new().send(ask.token("reader")).await.passed();
}

#[tokio::test]
async fn rejects_duplicate_headers_even_if_equal() {
    for (name, value) in
        [("mcp-method", "tools/call"), ("mcp-name", "list_files"), ("mcp-protocol-version", "2026-07-28")]
    {
        let ask = Ask::modern_call("list_files").header(name, value).token("reader");
        assert_eq!(Server::new().send(ask).await.refused(), (400, -32020), "{name}");
    }
}

#[tokio::test]
async fn rejects_name_headers_without_a_name_in_the_body() {
    let ask = Ask::modern("tools/list", "").header("mcp-name", "list_files").token("reader");
    assert_eq!(Server::new().send(ask).await.refused(), (400, -32020));
}

/// Notifications also have the headers (SEP-2243), and need no `_meta`.
#[tokio::test]
async fn requires_method_headers_of_notifications() {
    let notification = || {
        Ask::post(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#).token("reader")
    };
    let modern = || notification().header("mcp-protocol-version", "2026-07-28");
    Server::new().send(modern().header("mcp-method", "notifications/cancelled")).await.passed();
    assert_eq!(Server::new().send(modern()).await.refused(), (400, -32020));
    Server::new().send(notification()).await.passed();
}

#[tokio::test]
async fn accepts_older_revisions_and_the_handshake_without_headers() {
    Server::new().send(Ask::call("list_files").token("reader")).await.passed();
    let older = Ask::call("list_files").header("mcp-protocol-version", "2025-11-25");
    Server::new().send(older.token("reader")).await.passed();
    let handshake = Ask::method("initialize").header("mcp-protocol-version", "2026-07-28");
    Server::new().send(handshake.token("reader")).await.passed();
}

#[tokio::test]
async fn compares_name_headers_of_prompts_and_resources() {
    let server = Server::with(|builder| builder.method("*", Access::Token));
    for (method, params) in [("prompts/get", r#""name":"a","#), ("resources/read", r#""uri":"a","#)] {
        let ask = || Ask::modern(method, params).token("reader");
        server.send(ask().header("mcp-name", "a")).await.passed();
        assert_eq!(server.send(ask()).await.refused(), (400, -32020), "{method}");
        assert_eq!(server.send(ask().header("mcp-name", "b")).await.refused(), (400, -32020), "{method}");
    }
}

/// For other methods the header must equal all that the body names, since the server could run any of them.
#[tokio::test]
async fn compares_optional_name_headers_with_all_that_could_run() {
    let server = Server::with(|builder| builder.method("*", Access::Token));
    for (method, params, passes) in [
        ("resources/directory/read", r#""uri":"a","name":"b","#, true),
        ("resources/directory/read", r#""uri":"b","name":"a","#, false),
        ("resources/directory/read", r#""name":"a","#, false),
        ("tasks/get", r#""taskId":"a","name":"b","#, true),
        ("tasks/get", r#""taskId":"b","name":"a","#, false),
        ("vendor/x", r#""name":"a","#, true),
        ("vendor/x", r#""uri":"a","taskId":"a","#, true),
        ("vendor/x", r#""uri":"a","name":"b","#, false),
        ("vendor/x", r#""name":"b","uri":"a","#, false),
        ("vendor/x", r#""name":"b","taskId":"a","#, false),
        ("vendor/x", "", false),
    ] {
        let answer = server.send(Ask::modern(method, params).header("mcp-name", "a").token("reader")).await;
        assert_eq!(answer.seen.is_some(), passes, "{method} {params}: {answer:?}");
        assert!(passes || answer.refused() == (400, -32020), "{method} {params}: {answer:?}");
        server.send(Ask::modern(method, params).token("reader")).await.passed();
    }
}
