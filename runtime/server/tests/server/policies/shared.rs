//! Sessions in Redis, which several servers share.

use std::{sync::Arc, time::Duration};

use mcp_scopes::{Environment, ScopeTable, scope_table};
use mcp_scopes_server::{
    Problem, ProblemKind,
    policies::{RedisStore, SessionHolder},
};
use mcp_scopes_test_support::redis::{Server as Redis, programs};
use serde_json::json;

use super::{
    ISSUER, Limited, SESSION, TABLE, builder,
    elicitation::{ASKING, CHANGED, Call, send},
    message, reason,
    setup::{PLAIN, settings},
};
use crate::{
    server::{Answer, Ask, RESOURCE},
    traces::events_of,
};

// Two members of one domain. The second states that sessions end earlier.
scope_table! { static FILES = [super::list_files] with "tests/server/policies/domain.toml"; }
scope_table! { static MAIL = [super::list_files] with "tests/server/policies/domain-ends.toml"; }

/// Starts a server, if its program is there. The tests of the policy engine run on each kind of server.
fn redis() -> Option<Redis> {
    programs().first().map(|program| Redis::start(program, &[]))
}

/// Connects with a timeout for a machine under load.
async fn connect(redis: &Redis) -> RedisStore {
    RedisStore::builder().timeout(Duration::from_secs(10)).connect(&redis.url()).await.unwrap()
}

/// Returns a server with another connection.
async fn replica(redis: &Redis, table: &'static ScopeTable) -> Limited {
    Limited::with(builder(table).policy_store(connect(redis).await).allow_batches())
}

#[tokio::test]
async fn servers_share_latches_limits_and_cooling_periods() {
    let Some(redis) = redis() else { return };
    let (one, two) = (replica(&redis, &TABLE).await, replica(&redis, &TABLE).await);
    one.ada("read_file", "/home/ada/id.key").await.passed();
    assert_eq!(reason(&two.ada("send_email", "").await), "blocked_after");
    two.call("bob", "send_email", json!({})).await.passed();
    one.ada("write_file", "").await.passed();
    two.ada("write_file", "").await.passed();
    for server in [&one, &two] {
        assert_eq!(reason(&server.ada("write_file", "").await), "max_calls_per_session");
    }
    two.ada("restart", "").await.passed();
    assert_eq!(reason(&one.ada("restart", "").await), "cooling_period_minutes");
    // Another public name of the server, and another way to it.
    let replica = Limited::with(builder(&TABLE).also_served_at(super::OTHER_NAME).policy_store(connect(&redis).await));
    assert_eq!(reason(&replica.ada("send_email", "").await), "blocked_after");
}

#[tokio::test]
async fn an_operator_sees_and_resets_shared_sessions() {
    let Some(redis) = redis() else { return };
    let (one, two) = (replica(&redis, &TABLE).await, replica(&redis, &TABLE).await);
    one.ada("read_file", "id.key").await.passed();
    one.ada("write_file", "").await.passed();
    let (ada, live) = (SessionHolder::Subject("ada"), Environment::Live);
    let sessions = two.server.layer().policy_sessions().unwrap();
    let session = sessions.show(ISSUER, ada, live).await.unwrap().unwrap();
    assert_eq!((session.latches, session.unknown), (vec!["read_file:*.key".to_owned()], 0));
    assert_eq!(session.calls, [("write_file".to_owned(), 1)]);
    assert_eq!(sessions.show(ISSUER, SessionHolder::Subject("bob"), live).await.unwrap(), None);
    assert_eq!(sessions.count(), None);
    assert!(sessions.reset(ISSUER, ada, live).await.unwrap());
    assert!(!sessions.reset(ISSUER, ada, live).await.unwrap());
    one.ada("send_email", "").await.passed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_admit_one_of_64_parallel_calls_where_one_may_pass() {
    let Some(redis) = redis() else { return };
    let servers = [replica(&redis, &TABLE).await, replica(&redis, &TABLE).await].map(Arc::new);
    servers[0].ada("write_file", "").await.passed();
    for tool in ["write_file", "restart"] {
        let calls = (0..64).map(|number| {
            let server = Arc::clone(&servers[number % 2]);
            tokio::spawn(async move { server.call(&format!("ada.app{number}"), tool, json!({})).await.seen.is_some() })
        });
        let passed = futures_util::future::join_all(calls).await;
        assert_eq!(passed.into_iter().filter(|passed| *passed.as_ref().unwrap()).count(), 1, "{tool}");
    }
}

#[track_caller]
fn assert_unavailable(answer: &Answer) {
    assert_eq!(answer.refused(), (503, 503));
    assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{answer:?}");
    let text = "the sessions of callers cannot be read now; retry later";
    assert_eq!((&answer.json()["error"]["message"], &answer.json()["id"]), (&json!(text), &json!(1)));
}

#[tokio::test]
async fn a_store_that_is_down_stops_the_calls_that_need_a_session_and_no_others() {
    let Some(mut redis) = redis() else { return };
    let (named, session) = (replica(&redis, &TABLE).await, replica(&redis, &SESSION).await);
    named.ada("write_file", "").await.passed();
    redis.kill();
    // `read_file` states a policy, and a pattern names it.
    for tool in ["read_file", "send_email", "write_file", "restart"] {
        assert_unavailable(&named.ada(tool, "").await);
    }
    // Public, or without a policy, a pattern and a limit.
    for tool in ["status", "list_files", "wipe"] {
        named.ada(tool, "").await.passed();
    }
    for method in ["tools/list", "ping"] {
        named.server.send(Ask::method(method).token("ada")).await.passed();
    }
    // One call that needs a session stops the body.
    let batch = json!([message(2, "list_files", &json!({})), message(1, "write_file", &json!({}))]);
    assert_unavailable(&named.server.send(Ask::post(batch.to_string()).token("ada")).await);
    // Each risk counts for escalation.
    for tool in ["list_files", "restart", "wipe"] {
        assert_unavailable(&session.ada(tool, "").await);
    }
    session.ada("status", "").await.passed();
    // The operator learns why.
    let events = events_of(&named.server, super::ask("write_file", &json!({})).token("ada")).await;
    let failed = events.iter().find(|event| event.name == "store").unwrap();
    assert_eq!((failed.level, failed.field("outcome")), ("WARN", "failed"));
    assert!(failed.field("reason").starts_with("the session store cannot be reached"), "{failed:?}");
    let denied = events.iter().find(|event| event.name == "decision").unwrap();
    assert_eq!((denied.field("reason"), denied.field("status")), ("store_unavailable", "503"));
    let sessions = named.server.layer().policy_sessions().unwrap();
    let ada = SessionHolder::Subject("ada");
    assert!(sessions.show(ISSUER, ada, Environment::Live).await.is_err());
    assert!(sessions.reset(ISSUER, ada, Environment::Live).await.is_err());

    redis.restart();
    let is_back = async || named.ada("write_file", "").await.seen.is_some();
    while !is_back().await {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Returns a server that asks for approvals, with the first of the keys, and also accepts the others.
async fn asking(redis: &Redis, table: &'static ScopeTable, keys: &[u8]) -> Limited {
    let builder = builder(table).approval_by_elicitation().policy_store(connect(redis).await);
    let (current, others) = keys.split_first().unwrap();
    let builder = builder.session_key([*current; 32]);
    Limited::with(others.iter().fold(builder, |builder, key| builder.also_session_key([*key; 32])))
}

fn deploy() -> Call {
    Call::of("ada", "deploy", json!({"version": "1"}))
}

#[tokio::test]
async fn an_approval_counts_once_at_all_replicas() {
    let Some(redis) = redis() else { return };
    let (one, two) = (asking(&redis, &ASKING, &[7]).await, asking(&redis, &ASKING, &[7]).await);
    send(&one, &Call::of("ada", "read", json!({"path": "/home/ada"}))).await.passed();
    let approved = deploy().answered(&send(&one, &deploy()).await, "accept");
    // Another key, another version of the table, another server.
    let elsewhere = builder(&ASKING).resource("https://other.example.com/mcp").also_audience(RESOURCE);
    let elsewhere = elsewhere.approval_by_elicitation().policy_store(connect(&redis).await).session_key([7; 32]);
    let others = [asking(&redis, &ASKING, &[8]).await, asking(&redis, &CHANGED, &[7]).await, Limited::with(elsewhere)];
    for (place, other) in others.iter().enumerate() {
        assert_eq!(reason(&send(other, &approved).await), "invalid_approval", "{place}");
    }
    send(&two, &approved).await.passed();
    for server in [&one, &two, &asking(&redis, &ASKING, &[7]).await] {
        assert_eq!(reason(&send(server, &approved).await), "used_approval");
    }
    // Neither does an operator make it valid again.
    let sessions = two.server.layer().policy_sessions().unwrap();
    assert!(sessions.reset(ISSUER, SessionHolder::Subject("ada"), Environment::Live).await.unwrap());
    assert_eq!(reason(&send(&one, &approved).await), "used_approval");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_64_parallel_uses_of_an_approval_passes() {
    let Some(redis) = redis() else { return };
    let servers = [asking(&redis, &ASKING, &[7]).await, asking(&redis, &ASKING, &[7]).await].map(Arc::new);
    send(&servers[0], &Call::of("ada", "read", json!({"path": "/home/ada"}))).await.passed();
    let approved = deploy().answered(&send(&servers[0], &deploy()).await, "accept");
    let uses = (0..64).map(|number| {
        let (server, approved) = (Arc::clone(&servers[number % 2]), approved.clone());
        tokio::spawn(async move { send(&server, &approved).await.seen.is_some() })
    });
    let passed = futures_util::future::join_all(uses).await;
    assert_eq!(passed.into_iter().filter(|passed| *passed.as_ref().unwrap()).count(), 1);
}

#[tokio::test]
async fn keys_are_rotated_without_refusing_what_is_under_way() {
    let Some(redis) = redis() else { return };
    let mut phases = Vec::new();
    for keys in [&[1][..], &[1, 2], &[2, 1], &[2]] {
        phases.push(asking(&redis, &ASKING, keys).await);
    }
    send(&phases[0], &Call::of("ada", "read", json!({"path": "/home/ada"}))).await.passed();
    // While replicas are restarted, two phases run at the same time.
    for together in phases.windows(2) {
        for (asks, receives) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let approved = deploy().answered(&send(&together[asks], &deploy()).await, "accept");
            send(&together[receives], &approved).await.passed();
        }
    }
    let approved = deploy().answered(&send(&phases[0], &deploy()).await, "accept");
    assert_eq!(reason(&send(&phases[3], &approved).await), "invalid_approval");
}

#[tokio::test]
async fn replicas_that_ask_for_approvals_need_one_key() {
    let Some(redis) = redis() else { return };
    let asking = builder(&ASKING).approval_by_elicitation().policy_store(connect(&redis).await);
    assert_eq!(settings(asking), ["session_key"]);
}

#[tokio::test]
async fn a_store_without_effect_is_an_error_of_build() {
    let Some(redis) = redis() else { return };
    let store = connect(&redis).await;
    assert!(settings(builder(&TABLE).policy_store(store.clone())).is_empty());
    assert_eq!(settings(builder(&PLAIN).policy_store(store.clone())), ["policy_store"]);
    let elsewhere = builder(&TABLE).policies_enforced_elsewhere();
    assert_eq!(settings(elsewhere.policy_store(store.clone())), ["policy_store"]);
    assert_eq!(settings(builder(&TABLE).policy_store(store).policy_capacity(1, 1)), ["policy_capacity"]);
}

#[tokio::test]
async fn a_member_that_ends_sessions_at_another_time_is_an_error_of_build() {
    let Some(mut redis) = redis() else { return };
    let store = connect(&redis).await;
    let build = async |table| match builder(table).policy_store(store.clone()).build().await {
        Ok(_) => None,
        Err(error) => {
            error.problems().first().map(|Problem { setting, kind, .. }| (*setting, *kind, error.to_string()))
        }
    };
    assert_eq!(build(&FILES).await, None);
    let (setting, kind, text) = build(&MAIL).await.unwrap();
    assert_eq!((setting, kind), ("table", ProblemKind::Contradiction));
    assert_eq!(
        text,
        "the resource server is not set up: `table`: the other members of the domain state `idle_minutes = 60` and `max_minutes = 1440`; \
         state the same in `[session]`, or stop all members, delete the key `mcp-scopes:domain:office` of the session store, and start them \
         with the new values"
    );
    // Another replica of the first member.
    assert_eq!(build(&FILES).await, None);
    redis.kill();
    let (setting, kind, _) = build(&FILES).await.unwrap();
    assert_eq!((setting, kind), ("policy_store", ProblemKind::Unreachable));
}
