//! Step 5: tools without a function, declared in a table and in its file.

use mcp_scopes::scope_table;
use mcp_scopes_server::{Discovery, ResourceServer};

use crate::server::{Answer, Ask, Reply, Server, Tokens};

scope_table! {
    static TOOLS = [dynamic "list_tables" (scope = "files:read", risk = "low")] with "tests/server/dynamic.toml";
}

const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"run_query"},{"name":"made_at_run_time"},{"name":"status"},{"name":"list_tables"},{"name":"whoami"}]}}"#;

fn server(discovery: Discovery) -> Server {
    Server::around(ResourceServer::builder(&TOOLS).verifier(Tokens).discovery(discovery)).replying(Reply::json(LIST))
}

fn names(answer: &Answer) -> Vec<String> {
    let tools = answer.json()["result"]["tools"].clone();
    tools.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn forwards_calls_that_the_requirement_admits() {
    for (token, tool) in [
        ("writer", "run_query"),
        ("runner", "run_query"),
        ("reader", "list_tables"),
        ("scopeless", "whoami"),
        ("scopeless", "status"),
    ] {
        server(Discovery::Open).send(Ask::call(tool).token(token)).await.passed();
        server(Discovery::Open).send(Ask::modern_call(tool).token(token)).await.passed();
    }
    server(Discovery::Open).send(Ask::call("status")).await.passed();
}

#[tokio::test]
async fn challenges_calls_that_lack_a_scope() {
    let answer = server(Discovery::Open).send(Ask::call("run_query").token("reader")).await;
    assert_eq!(answer.refused(), (403, 403));
    assert!(answer.challenge().contains(r#"error="insufficient_scope""#), "{}", answer.challenge());
    assert!(answer.challenge().contains(r#"scope="files:write""#), "{}", answer.challenge());
    for tool in ["run_query", "list_tables", "whoami"] {
        let answer = server(Discovery::Open).send(Ask::call(tool)).await;
        assert_eq!(answer.refused(), (401, 401), "{tool}");
    }
    let answer = server(Discovery::Open).send(Ask::call("list_tables")).await;
    assert!(answer.challenge().contains(r#"scope="files:read""#), "{}", answer.challenge());
}

/// A tool that the server makes without a declaration is denied, as every unknown tool.
#[tokio::test]
async fn rejects_undeclared_tools() {
    let answer = server(Discovery::Open).send(Ask::call("made_at_run_time").token("writer")).await;
    assert_eq!(answer.refused(), server(Discovery::Open).send(Ask::call("unknown").token("writer")).await.refused());
}

#[tokio::test]
async fn filters_the_list_to_tools_that_the_caller_may_call() {
    for (token, expected) in [
        (None, &["status"][..]),
        (Some("scopeless"), &["status", "whoami"]),
        (Some("reader"), &["status", "list_tables", "whoami"]),
        (Some("writer"), &["run_query", "status", "whoami"]),
        (Some("runner"), &["run_query", "status", "whoami"]),
    ] {
        let ask = Ask::method("tools/list");
        let ask = match token {
            Some(token) => ask.token(token),
            None => ask,
        };
        assert_eq!(names(&server(Discovery::Filtered).send(ask).await), expected, "{token:?}");
    }
}
