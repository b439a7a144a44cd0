//! Step 4: headers that mirror arguments.

use http::HeaderMap;

use crate::server::{Answer, Ask, Server};

/// Returns a server that declares two arguments of `list_files`.
fn declared() -> Server {
    Server::with(|builder| {
        builder.param_header("list_files", "Folder", ["folder"]).param_header("list_files", "Depth", ["depth"])
    })
}

fn modern() -> Ask {
    Ask::modern_call("list_files").token("reader")
}

fn both(folder: &str, depth: &str) -> Ask {
    modern().header("mcp-param-folder", folder).header("mcp-param-depth", depth)
}

/// Returns a call of 2025-11-25 with these arguments.
fn older(arguments: &str) -> Ask {
    let params = format!(r#"{{"name":"list_files","arguments":{arguments}}}"#);
    Ask::post(format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#)).token("reader")
}

fn params(answer: &Answer) -> Vec<&str> {
    let headers: &HeaderMap = &answer.passed().headers;
    let mut names: Vec<_> = headers.keys().map(http::HeaderName::as_str).collect();
    names.retain(|name| name.starts_with("mcp-param-"));
    names.sort_unstable();
    names
}

#[tokio::test]
async fn rejects_param_headers_that_differ_from_the_argument() {
    let server = declared();
    for depth in ["2", "2.0"] {
        server.send(both("home", depth)).await.passed();
    }
    server.send(both("=?base64?aG9tZQ==?=", "2")).await.passed();
    for (folder, depth) in [("homes", "2"), ("2", "home"), ("home", "3"), ("home", ""), ("=?base64?aG9t?=", "2")] {
        assert_eq!(server.send(both(folder, depth)).await.refused(), (400, -32020), "{folder} {depth}");
    }
    let missing = modern().header("mcp-param-folder", "home");
    assert_eq!(server.send(missing).await.refused(), (400, -32020), "one is missing");
    assert_eq!(server.send(modern()).await.refused(), (400, -32020), "both are missing");
    let twice = both("home", "2").header("mcp-param-depth", "2");
    assert_eq!(server.send(twice).await.refused(), (400, -32020));
    // Older revisions may omit the headers, but the headers must not contradict the body.
    server.send(Ask::call("list_files").token("reader")).await.passed();
    let arguments = r#"{"folder":"home","depth":2}"#;
    server.send(older(arguments).header("mcp-param-folder", "home")).await.passed();
    let other = older(arguments).header("mcp-param-folder", "2");
    assert_eq!(server.send(other).await.refused(), (400, -32020), "the value of the other argument");
    let absent = Ask::call("list_files").token("reader").header("mcp-param-folder", "home");
    assert_eq!(server.send(absent).await.refused(), (400, -32020), "a missing argument");
}

#[tokio::test]
async fn compares_arguments_of_every_type_and_path() {
    let arguments = r#"{"a":"x","b":{"c":2.50,"d":[7],"e":true,"f":null},"g":-0.0,"h":"","i":9007199254740993,
        "j":"\u00e4\n","\u006b":"k","l":1e2}"#;
    for (path, value, passes) in [
        (&["a"][..], "x", true),
        (&["a"], "y", false),
        (&["b", "c"], "2.5", true),
        (&["b", "c"], "2.50", true),
        (&["b", "c"], "25e-1", true),
        (&["b", "c"], "2.51", false),
        (&["b", "c"], "NaN", false),
        (&["b", "e"], "true", true),
        (&["b", "e"], "True", false),
        (&["b", "f"], "null", false),
        (&["b", "d"], "7", false),
        (&["b"], "{}", false),
        (&["g"], "0", true),
        (&["g"], "-0", true),
        (&["h"], "", true),
        (&["h"], "x", false),
        // From 2^53 on, neighboring integers are the same floating-point number.
        (&["i"], "9007199254740993", true),
        (&["i"], "9007199254740992", false),
        (&["j"], "=?base64?w6QK?=", true),
        (&["k"], "k", true),
        (&["l"], "100", true),
    ] {
        let server = Server::with(|builder| builder.param_header("list_files", "Value", path.iter().copied()));
        let answer = server.send(older(arguments).header("mcp-param-value", value)).await;
        assert_eq!(answer.seen.is_some(), passes, "{path:?} {value}");
        assert!(passes || answer.refused() == (400, -32020), "{path:?} {value}");
    }
}

#[tokio::test]
async fn removes_undeclared_headers_of_tools_with_a_declaration() {
    let undeclared = both("home", "2").header("mcp-param-any", "root").header("mcp-param-any", "twice");
    let answer = declared().send(undeclared).await;
    assert_eq!(params(&answer), ["mcp-param-depth", "mcp-param-folder"]);
}

#[tokio::test]
async fn forwards_undeclared_headers_of_tools_without_a_declaration() {
    let ask = || modern().header("mcp-param-any", "=?base64?x?=").header("mcp-param-any", "twice");
    assert_eq!(params(&Server::new().send(ask()).await), ["mcp-param-any"]);
    // `status` has no declaration.
    let other = Ask::call("status").token("reader").header("mcp-param-any", "x");
    assert_eq!(params(&declared().send(other).await), ["mcp-param-any"]);
}

#[tokio::test]
async fn keeps_headers_that_all_calls_of_a_batch_declare() {
    let server = Server::with(|builder| {
        builder
            .allow_batches()
            .param_header("list_files", "Folder", ["folder"])
            .param_header("write_file", "Folder", ["path"])
            .param_header("write_file", "Other", ["other"])
    });
    let call = |id: u8, tool: &str, arguments: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments}}}}}"#
        )
    };
    let batch = |path: &str| {
        let [one, two] = [
            call(1, "list_files", r#"{"folder":"home"}"#),
            call(2, "write_file", &format!(r#"{{"path":"{path}","other":"x"}}"#)),
        ];
        Ask::post(format!("[{one},{two}]"))
            .token("writer")
            .header("mcp-param-folder", "home")
            .header("mcp-param-other", "x")
    };
    assert_eq!(params(&server.send(batch("home")).await), ["mcp-param-folder"]);
    let differs = server.send(batch("root")).await;
    assert_eq!((differs.refused(), &differs.json()["id"]), ((400, -32020), &serde_json::json!(2)));
}

#[tokio::test]
async fn compares_param_headers_only_for_admitted_calls() {
    let server = Server::with(|builder| builder.param_header("write_file", "Path", ["path"]));
    let ask = || Ask::call("write_file").header("mcp-param-path", "root");
    // Callers without the scope do not learn whether the argument matches.
    assert_eq!(server.send(ask().token("reader")).await.refused(), (403, 403));
    assert_eq!(server.send(ask()).await.refused(), (401, 401));
    assert_eq!(server.send(ask().token("writer")).await.refused(), (400, -32020));
}
