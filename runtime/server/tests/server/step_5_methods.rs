//! Step 5: methods other than tool calls.

use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::{Access, Discovery, ResourceServer};

use crate::server::{Ask, Server, Tokens};

const CLOSED: [&str; 14] = [
    "tasks/get",
    "tasks/result",
    "tasks/list",
    "tasks/cancel",
    "tasks/update",
    "completion/complete",
    "resources/list",
    "resources/read",
    "resources/subscribe",
    "prompts/list",
    "prompts/get",
    "subscriptions/listen",
    "tools/callx",
    "Tools/call",
];

#[tokio::test]
async fn accepts_protocol_methods_with_any_token() {
    for method in ["initialize", "ping", "server/discover", "tools/list", "logging/setLevel"] {
        Server::new().send(Ask::method(method).token("scopeless")).await.passed();
        assert_eq!(Server::new().send(Ask::method(method)).await.refused(), (401, 401), "{method}");
    }
}

#[tokio::test]
async fn forwards_notifications_and_rejects_requests_of_the_same_name() {
    for method in ["notifications/initialized", "notifications/cancelled", "notifications/x"] {
        let notification = || Ask::post(format!(r#"{{"jsonrpc":"2.0","method":"{method}"}}"#));
        Server::new().send(notification().token("scopeless")).await.passed();
        assert_eq!(Server::new().send(notification()).await.refused(), (401, 401), "{method}");
        // With an `id` it is a request, and no such request exists.
        for discovery in [Discovery::Open, Discovery::Baseline] {
            let server = Server::with(|builder| builder.discovery(discovery).method("*", Access::Discovery));
            assert_eq!(server.send(Ask::method(method).token("scopeless")).await.refused(), (200, -32601), "{method}");
        }
        let open = Server::with(|builder| builder.discovery(Discovery::Open));
        assert_eq!(open.send(Ask::method(method)).await.refused(), (200, -32601), "{method}");
        let modern = Server::new().send(Ask::modern(method, "").token("reader")).await;
        assert_eq!(modern.refused(), (404, -32601), "{method}");
        assert_eq!(Server::new().send(Ask::method(method)).await.refused(), (401, 401), "{method}");
    }
}

#[tokio::test]
async fn accepts_lists_without_a_token_by_discovery_mode() {
    for (discovery, passes) in [(Discovery::Open, true), (Discovery::Baseline, false), (Discovery::Filtered, true)] {
        let answer = Server::with(|builder| builder.discovery(discovery)).send(Ask::method("tools/list")).await;
        assert_eq!(answer.seen.is_some(), passes, "{discovery:?}");
    }
}

/// Read a file
#[mcp_tool(scope = "files:read", risk = "low")]
fn read_file(path: &str) {
    let _ = path;
}

scope_table! { static SCOPED = [read_file] with "tests/server/mcp-scopes.toml"; }

#[tokio::test]
async fn requires_a_token_for_filtered_lists_without_public_tools() {
    let server = Server::around(ResourceServer::builder(&SCOPED).verifier(Tokens).discovery(Discovery::Filtered));
    for method in ["initialize", "tools/list"] {
        let answer = server.send(Ask::method(method)).await;
        assert_eq!(answer.refused(), (401, 401), "{method}");
        assert!(answer.challenge().contains(r#"scope="files:read""#), "{answer:?}");
        server.send(Ask::method(method).token("scopeless")).await.passed();
    }
}

#[tokio::test]
async fn names_only_the_baseline_without_a_token_in_filtered_mode() {
    let server = Server::with(|builder| {
        builder.discovery(Discovery::Filtered).method("resources/read", Access::scopes(["system:execute"]))
    });
    let answer = server.send(Ask::method("resources/read")).await;
    assert_eq!(answer.refused(), (401, 401));
    assert!(answer.challenge().contains(r#"scope="files:read""#), "the baseline: {answer:?}");
}

#[tokio::test]
async fn rejects_other_methods_by_default() {
    for method in CLOSED {
        let answer = Server::new().send(Ask::method(method).token("runner")).await;
        assert_eq!(answer.refused(), (200, -32601), "{method}");
        // MCP 2026-07-28: an unknown method is answered with 404.
        let modern = Ask::modern(method, r#""name":"a","uri":"a","taskId":"a","#).header("mcp-name", "a");
        assert_eq!(Server::new().send(modern.token("runner")).await.refused(), (404, -32601), "{method}");
        // Callers that may not list tools do not learn which methods exist.
        assert_eq!(Server::new().send(Ask::method(method)).await.refused(), (401, 401), "{method}");
    }
}

#[tokio::test]
async fn rejects_notifications_of_closed_methods() {
    let notification = Ask::post(r#"{"jsonrpc":"2.0","method":"tasks/cancel"}"#).token("runner");
    assert_eq!(Server::new().send(notification).await.refused(), (400, -32601));
}

#[tokio::test]
async fn applies_the_most_specific_method_rule() {
    let server = Server::with(|builder| {
        builder
            .method("*", Access::Token)
            .method("resources/*", Access::scopes(["files:write"]))
            .method("resources/list", Access::Discovery)
            .method("tasks/*", Access::Denied)
    });
    for (method, token, passes) in [
        ("anything", "scopeless", true),
        ("resources/list", "scopeless", true),
        ("resources/read", "reader", false),
        ("resources/read", "writer", true),
        ("resources/templates/list", "writer", true),
        ("tasks/get", "writer", false),
    ] {
        let answer = server.send(Ask::method(method).token(token)).await;
        assert_eq!(answer.seen.is_some(), passes, "{method} {token}");
    }
    assert_eq!(server.send(Ask::method("anything")).await.refused(), (401, 401));
}

#[tokio::test]
async fn challenges_for_the_scopes_of_a_method() {
    let server = Server::with(|builder| builder.method("resources/read", Access::scopes(["files:write", "oncall"])));
    let answer = server.send(Ask::method("resources/read").token("writer")).await;
    assert_eq!(answer.refused(), (403, 403));
    assert!(answer.challenge().starts_with("Bearer scope=\"files:write oncall\", error=\"insufficient_scope\""));
    let answer = server.send(Ask::method("resources/read")).await;
    assert_eq!(answer.refused(), (401, 401));
    assert!(answer.challenge().starts_with("Bearer scope=\"files:write oncall\", resource_metadata="));
}

#[tokio::test]
async fn forwards_responses_on_older_revisions_only() {
    let response = r#"{"jsonrpc":"2.0","id":1,"result":{"name":"run"}}"#;
    Server::new().send(Ask::post(response).token("reader")).await.passed();
    assert_eq!(Server::new().send(Ask::post(response)).await.refused(), (401, 401));
    let modern = Ask::post(response).header("mcp-protocol-version", "2026-07-28").token("reader");
    assert_eq!(Server::new().send(modern).await.refused(), (400, -32600));
}

#[tokio::test]
async fn requires_a_token_for_get_and_delete() {
    for verb in ["GET", "DELETE"] {
        let ask = || Ask::new(verb, "/mcp");
        assert_eq!(Server::new().send(ask()).await.refused(), (401, 401), "{verb}");
        Server::new().send(ask().token("reader")).await.passed();
        let replay = || ask().header("last-event-id", "7");
        assert_eq!(Server::new().send(replay()).await.refused(), (401, 401), "{verb}");
        assert_eq!(Server::new().send(replay().token("reader")).await.refused(), (400, 400), "{verb}");
    }
}
