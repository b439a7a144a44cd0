//! Step 4: headers that mirror the body.

use mcp_scopes::http::Access;

use crate::server::{Ask, Server};

#[tokio::test]
async fn a_request_of_2026_07_28_whose_headers_agree_passes() {
    Server::new().send(Ask::modern_call("list_files").token("reader")).await.passed();
    let list = Ask::modern("tools/list", "");
    Server::new().send(list.token("reader")).await.passed();
}

#[tokio::test]
async fn missing_headers_are_400_with_their_code() {
    for name in ["mcp-protocol-version", "mcp-method", "mcp-name"] {
        let ask = Ask::modern_call("list_files").only(name, None).token("reader");
        let answer = Server::new().send(ask).await;
        assert_eq!((answer.refused(), &answer.json()["id"]), ((400, -32020), &serde_json::json!(1)), "{name}");
    }
}

#[tokio::test]
async fn missing_meta_is_400_for_a_parameter() {
    let ask = Ask::call("list_files").header("mcp-protocol-version", "2026-07-28").header("mcp-method", "tools/call");
    let answer = Server::new().send(ask.header("mcp-name", "list_files").token("reader")).await;
    assert_eq!(answer.refused(), (400, -32602));
}

#[tokio::test]
async fn headers_that_disagree_are_400_on_every_revision() {
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
async fn a_name_may_come_in_base64() {
    let ask = Ask::modern_call("list_files").only("mcp-name", Some("=?base64?bGlzdF9maWxlcw==?="));
    Server::new().send(ask.token("reader")).await.passed();
}

#[tokio::test]
async fn headers_that_stand_twice_are_400_even_if_they_are_the_same() {
    for (name, value) in
        [("mcp-method", "tools/call"), ("mcp-name", "list_files"), ("mcp-protocol-version", "2026-07-28")]
    {
        let ask = Ask::modern_call("list_files").header(name, value).token("reader");
        assert_eq!(Server::new().send(ask).await.refused(), (400, -32020), "{name}");
    }
}

#[tokio::test]
async fn a_name_where_the_body_names_nothing_is_400() {
    let ask = Ask::modern("tools/list", "").header("mcp-name", "list_files").token("reader");
    assert_eq!(Server::new().send(ask).await.refused(), (400, -32020));
}

/// Notifications have the headers, too (SEP-2243), and need no `_meta`.
#[tokio::test]
async fn a_notification_says_its_method_and_revision_in_headers() {
    let told = || {
        Ask::post(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#).token("reader")
    };
    let modern = || told().header("mcp-protocol-version", "2026-07-28");
    Server::new().send(modern().header("mcp-method", "notifications/cancelled")).await.passed();
    assert_eq!(Server::new().send(modern()).await.refused(), (400, -32020));
    Server::new().send(told()).await.passed();
}

#[tokio::test]
async fn older_revisions_need_no_headers_and_the_handshake_never_does() {
    Server::new().send(Ask::call("list_files").token("reader")).await.passed();
    let older = Ask::call("list_files").header("mcp-protocol-version", "2025-11-25");
    Server::new().send(older.token("reader")).await.passed();
    let handshake = Ask::method("initialize").header("mcp-protocol-version", "2026-07-28");
    Server::new().send(handshake.token("reader")).await.passed();
}

#[tokio::test]
async fn prompts_and_resources_have_their_name_in_a_header_too() {
    let server = Server::with(|builder| builder.method("*", Access::Token));
    for (method, params) in [("prompts/get", r#""name":"a","#), ("resources/read", r#""uri":"a","#)] {
        let ask = || Ask::modern(method, params).token("reader");
        server.send(ask().header("mcp-name", "a")).await.passed();
        assert_eq!(server.send(ask()).await.refused(), (400, -32020), "{method}");
        assert_eq!(server.send(ask().header("mcp-name", "b")).await.refused(), (400, -32020), "{method}");
    }
}

#[tokio::test]
async fn a_mirrored_argument_has_to_agree() {
    let server = Server::with(|builder| {
        builder.param_header("list_files", "Folder", ["folder"]).param_header("list_files", "Depth", ["depth"])
    });
    let ask = || Ask::modern_call("list_files").token("reader");
    let both = |folder: &str, depth: &str| ask().header("mcp-param-folder", folder).header("mcp-param-depth", depth);
    for depth in ["2", "2.0"] {
        server.send(both("home", depth)).await.passed();
    }
    server.send(both("=?base64?aG9tZQ==?=", "2")).await.passed();
    for (folder, depth) in [("homes", "2"), ("2", "home"), ("home", "3"), ("home", ""), ("=?base64?aG9t?=", "2")] {
        assert_eq!(server.send(both(folder, depth)).await.refused(), (400, -32020), "{folder} {depth}");
    }
    assert_eq!(server.send(ask().header("mcp-param-folder", "home")).await.refused(), (400, -32020), "one is missing");
    let twice = both("home", "2").header("mcp-param-depth", "2");
    assert_eq!(server.send(twice).await.refused(), (400, -32020));
    // Older revisions may leave them out, and not say something else.
    server.send(Ask::call("list_files").token("reader")).await.passed();
    let older = |folder: &str| {
        let arguments = r#"{"folder":"home","depth":2}"#;
        let params = format!(r#"{{"name":"list_files","arguments":{arguments}}}"#);
        Ask::post(format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#))
            .header("mcp-param-folder", folder)
            .token("reader")
    };
    server.send(older("home")).await.passed();
    assert_eq!(server.send(older("2")).await.refused(), (400, -32020), "that is the other argument");
}

#[tokio::test]
async fn a_mirrored_argument_that_nobody_told_of_has_to_be_one_of_the_arguments() {
    for (value, passes) in [("home", true), ("2", true), ("root", false), ("=?base64?x?=", false)] {
        let ask = Ask::modern_call("list_files").header("mcp-param-any", value).token("reader");
        let answer = Server::new().send(ask).await;
        if passes {
            answer.passed();
        } else {
            assert_eq!(answer.refused(), (400, -32020), "{value}");
        }
    }
    let without = Ask::call("list_files").header("mcp-param-any", "home").token("reader");
    assert_eq!(Server::new().send(without).await.refused(), (400, -32020));
}

#[tokio::test]
async fn mirrored_arguments_are_found_in_any_number_and_spelling() {
    let arguments = r#"{"a":"x","b":{"c":2.50,"d":[7],"e":true,"f":null},"g":-0.0,"h":"","i":9007199254740993}"#;
    for (values, passes) in [
        (&["x", "2.5", "2.50", "25e-1", "true", "0", "-0", "", "9007199254740993"][..], true),
        (&["x", "x", "x"], true),
        // What stands in lists cannot be mirrored, and beyond 2^53 numbers run together.
        (&["x", "7"], false),
        (&["null"], false),
        (&["9007199254740992"], false),
        (&["True"], false),
        (&["NaN"], false),
        (&["2.5", "2.51"], false),
    ] {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"list_files","arguments":{arguments}}}}}"#
        );
        let mut ask = Ask::post(body).token("reader");
        for (number, value) in values.iter().enumerate() {
            ask = ask.header(&format!("mcp-param-p{number}"), value);
        }
        let answer = Server::new().send(ask).await;
        assert_eq!(answer.seen.is_some(), passes, "{values:?}");
        assert!(passes || answer.refused() == (400, -32020));
    }
}

#[tokio::test]
async fn many_mirrored_arguments_cost_little_more_than_one() {
    // A product of headers and arguments would be a way to keep a server busy.
    let members: Vec<_> = (0..50_000).map(|at| format!("\"k{at}\":{at}")).collect();
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"list_files","arguments":{{{}}}}}}}"#,
        members.join(",")
    );
    let mut took = Vec::new();
    for count in [1, 90] {
        let mut ask = Ask::post(body.clone()).token("reader");
        for number in 0..count {
            ask = ask.header(&format!("mcp-param-p{number}"), &format!("{}", 49_000 + number));
        }
        let mut best = core::time::Duration::MAX;
        for _ in 0..3 {
            let began = std::time::Instant::now();
            Server::new().send(Ask(ask.0.clone())).await.passed();
            best = best.min(began.elapsed());
        }
        took.push(best);
    }
    assert!(took[1] < took[0] * 5, "{took:?}");
}
