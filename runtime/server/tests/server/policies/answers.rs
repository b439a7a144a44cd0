//! The form of answers.

use mcp_scopes_server::{Discovery, policies::PolicyAnswers};
use serde_json::{Value, json};

use super::{Limited, TABLE, WITH_BASELINE, ask, builder, reason};
use crate::server::{Ask, Reply, Server};

/// Returns a server on which `restart` is cooling for Ada.
async fn cooling(server: Limited) -> Limited {
    server.ada("restart", "").await.passed();
    server
}

#[tokio::test]
async fn answers_with_a_result_of_the_tool() {
    let server = cooling(Limited::of(&TABLE)).await;
    let answer = server.server.send(Ask::post(super::message(7, "restart", &json!({})).to_string()).token("ada")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type"), answer.header("cache-control")),
        (200, "application/json", "no-store")
    );
    assert_eq!(answer.header("mcp-environment"), "live");
    assert!(answer.challenge().is_empty());
    let mut json = answer.json();
    let wait = json["result"]["_meta"]["io.github.mcp-scopes/denial"]["retry_after_seconds"].take().as_u64().unwrap();
    assert!((295..=301).contains(&wait));
    let sentence = format!("`restart` was called a short time ago; wait {wait} seconds before the next call");
    assert_eq!(
        json,
        json!({"jsonrpc": "2.0", "id": 7, "result": {
            "content": [{"type": "text", "text": sentence}],
            "isError": true,
            "_meta": {"io.github.mcp-scopes/denial":
                {"reason": "cooling_period_minutes", "tool": "restart", "retry_after_seconds": Value::Null}},
        }})
    );
}

#[tokio::test]
async fn states_the_type_of_results_where_the_revision_requires_it() {
    let server = cooling(Limited::of(&TABLE)).await;
    let modern = Ask::modern("tools/call", r#""name":"restart","arguments":{},"#).header("mcp-name", "restart");
    let answer = server.server.send(modern.token("ada")).await;
    assert_eq!(reason(&answer), "cooling_period_minutes");
    assert_eq!(answer.json()["result"]["resultType"], "complete");
}

#[tokio::test]
async fn answers_with_403_where_that_is_configured() {
    let server = cooling(Limited::with(builder(&TABLE).policy_answers(PolicyAnswers::Http403))).await;
    let answer = server.ada("restart", "").await;
    assert_eq!(answer.refused(), (403, 403));
    assert!(!answer.challenge().contains("scope=") && !answer.challenge().contains("error="), "{}", answer.challenge());
    let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("`restart` was called a short time ago; wait "), "{message}");
}

#[tokio::test]
async fn answers_with_503_when_the_store_is_full() {
    let server = Limited::with(builder(&TABLE).policy_capacity(1, 1));
    server.ada("restart", "").await.passed();
    let answer = server.call("bob", "restart", json!({})).await;
    assert_eq!(answer.refused(), (503, 503));
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    // The live session is not forgotten, and calls that leave no trace run.
    assert_eq!(reason(&server.ada("restart", "").await), "cooling_period_minutes");
    for tool in ["list_files", "send_email", "read_file"] {
        server.call("bob", tool, json!({})).await.passed();
    }
    // A caller finds the place of a session that has ended, if both are in the same part of the store.
    server.wait(3601);
    for number in 0..2000 {
        if server.call(&format!("user{number}"), "restart", json!({})).await.seen.is_some() {
            return;
        }
    }
    panic!("no place became free");
}

#[tokio::test]
async fn lists_do_not_depend_on_history() {
    let tools: Vec<Value> = ["status", "read_file", "send_email", "restart"]
        .iter()
        .map(|name| json!({"name": name, "inputSchema": {}}))
        .collect();
    let list = json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": tools}}).to_string();
    let filtered = builder(&WITH_BASELINE).discovery(Discovery::Filtered).describe_lists();
    for builder in [builder(&TABLE), filtered] {
        let server = Limited::with(builder);
        let server = Limited { server: server.server.replying(Reply::json(&list)), ahead: server.ahead };
        let lists = async || server.server.send(Ask::method("tools/list").token("ada")).await.body;
        let before = lists().await;
        assert!(before.contains("send_email"), "{before}");
        server.ada("read_file", "id.key").await.passed();
        server.ada("restart", "").await.passed();
        for tool in ["send_email", "restart"] {
            reason(&server.ada(tool, "").await);
        }
        assert_eq!(lists().await, before);
    }
}

#[tokio::test]
async fn a_hook_and_the_table_must_both_allow_a_call() {
    let server = Limited::with(builder(&TABLE).policy(crate::step_7_policies::Refuses));
    let answer = server.call("ada", "restart", json!({"why": "secret"})).await;
    assert_eq!(answer.refused(), (403, 403));
    // What the hook denies does not count.
    server.ada("restart", "").await.passed();
    assert_eq!(reason(&server.ada("restart", "").await), "cooling_period_minutes");
}

#[tokio::test]
async fn denied_calls_leave_no_trace_of_their_arguments() {
    let server = Limited::of(&TABLE);
    let answer = server.ada("read_file", "/home/ada/planted-name.pem").await;
    assert!(!answer.body.contains("planted") && !format!("{:?}", answer.headers).contains("planted"), "{answer:?}");
}

#[tokio::test]
async fn servers_without_policies_have_no_sessions() {
    let server = Server::new();
    assert!(server.layer().policy_sessions().is_none());
    server.send(ask("list_files", &json!({})).token("reader")).await.passed();
}
