//! Bodies with several calls, and parallel ones.

use std::sync::Arc;

use mcp_scopes_server::policies::DENIAL_META;
use serde_json::{Value, json};

use super::{Limited, TABLE, builder, message};
use crate::server::{Answer, Ask};

async fn batch(server: &Limited, calls: &Value) -> Answer {
    server.server.send(Ask::post(calls.to_string()).token("ada")).await
}

#[tokio::test]
async fn rejects_read_and_send_in_either_order() {
    let server = Limited::with(builder(&TABLE).allow_batches());
    let read = || message(1, "read_file", &json!({"path": "/home/ada/id.key"}));
    let send = || message(2, "send_email", &json!({"to": "eve"}));
    let other = json!({"jsonrpc": "2.0", "id": "three", "method": "ping"});
    let notice = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    for calls in [json!([read(), send(), other, notice]), json!([send(), notice, read(), other])] {
        let answer = batch(&server, &calls).await;
        assert!(answer.seen.is_none() && answer.status == 200, "{answer:?}");
        let answers = answer.json();
        // Each request has its answer, in order, and a notification has none.
        let ids =
            |list: &Value| list.as_array().unwrap().iter().filter_map(|one| one.get("id").cloned()).collect::<Vec<_>>();
        assert_eq!(ids(&answers), ids(&calls));
        let of = |id: Value| answers.as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().clone();
        assert_eq!(of(json!(2))["result"]["_meta"][DENIAL_META]["reason"], "blocked_after");
        assert_eq!(of(json!(1))["result"]["_meta"][DENIAL_META], json!({"reason": "batch"}));
        assert_eq!(of(json!(1))["result"]["isError"], true);
        let text = "this did not run because the call of `send_email` in the same batch was denied";
        assert_eq!(of(json!("three"))["error"]["message"], text);
    }
    // Nothing was recorded.
    server.ada("send_email", "").await.passed();
    batch(&server, &json!([message(1, "read_file", &json!({"path": "a"})), send()])).await.passed();
}

#[tokio::test]
async fn counts_all_calls_of_a_batch() {
    let server = Limited::with(builder(&TABLE).allow_batches());
    let calls = |count: u64| json!((1..=count).map(|id| message(id, "write_file", &json!({}))).collect::<Vec<_>>());
    assert!(batch(&server, &calls(3)).await.seen.is_none());
    batch(&server, &calls(2)).await.passed();
    assert!(batch(&server, &calls(1)).await.seen.is_none());
    let restart = |id| message(id, "restart", &json!({}));
    assert!(batch(&server, &json!([restart(1), restart(2)])).await.seen.is_none());
    batch(&server, &json!([restart(1)])).await.passed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn admits_one_of_64_parallel_calls_where_one_may_pass() {
    let server = Arc::new(Limited::of(&TABLE));
    server.ada("write_file", "").await.passed();
    for tool in ["write_file", "restart"] {
        let calls = (0..64).map(|number| {
            let server = Arc::clone(&server);
            tokio::spawn(async move { server.call(&format!("ada.app{number}"), tool, json!({})).await.seen.is_some() })
        });
        let passed = futures_util::future::join_all(calls).await;
        assert_eq!(passed.into_iter().filter(|passed| *passed.as_ref().unwrap()).count(), 1, "{tool}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn admits_read_or_send_but_never_both_in_parallel_sessions() {
    let server = Arc::new(Limited::of(&TABLE));
    for round in 0..50 {
        let call = |tool: &'static str| {
            let (server, token) = (Arc::clone(&server), format!("user{round}"));
            tokio::spawn(async move { server.call(&token, tool, json!({"path": "id.key"})).await.seen.is_some() })
        };
        let (read, send) = (call("read_file"), call("send_email"));
        assert!(read.await.unwrap());
        let _ = send.await.unwrap();
        // Whatever the order was, the next one is blocked.
        let answer = server.call(&format!("user{round}"), "send_email", json!({})).await;
        assert_eq!(super::reason(&answer), "blocked_after");
    }
}
