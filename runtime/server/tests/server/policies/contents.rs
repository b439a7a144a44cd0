//! Resources and prompts pass the engine like calls.

use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::{Access, policies::DENIAL_META};
use serde_json::{Value, json};

use super::{Limited, builder, reason};
use crate::{
    audit::Kept,
    server::{Answer, Ask},
};

/// Remove everything
#[mcp_tool(scope = "files:read", risk = "high")]
fn wipe() {}
/// Run once
#[mcp_tool(scope = "files:read", risk = "low", policy(max_calls_per_session = 1))]
fn once() {}

/// Send a message
#[mcp_tool(
    scope = "files:read",
    risk = "low",
    policy(blocked_after("@resource:app://h/logs/*", "@resource:app://public/*", "@prompt:digest", "once"))
)]
fn send() {}
/// Write a message
#[mcp_tool(scope = "files:read", risk = "low", policy(blocked_after("@resource", "@prompt")))]
fn write() {}

scope_table! { static PATTERNS = [once, send, write] with "tests/server/policies/contents.toml"; }
scope_table! { static TABLE = [wipe, once] with "tests/server/policies/contents.toml"; }
scope_table! { static WITHOUT_ENTRIES = [once]; }

async fn ask(server: &Limited, token: Option<&str>, method: &str, params: &Value) -> Answer {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let ask = Ask::post(body.to_string());
    server.server.send(if let Some(token) = token { ask.token(token) } else { ask }).await
}

/// Returns the reason of a denied read.
#[track_caller]
fn denied_read(answer: &Answer) -> Value {
    assert_eq!(answer.refused(), (200, 403), "{answer:?}");
    answer.json()["error"]["data"][DENIAL_META]["reason"].clone()
}

#[tokio::test]
async fn reads_and_prompts_count_by_the_risk_of_their_entries() {
    let server = Limited::of(&TABLE);
    let secret = json!({"uri": "app://h/secret/x"});
    for (token, method, params) in [
        ("a", "resources/read", secret.clone()),
        ("b", "resources/directory/read", secret.clone()),
        ("c", "prompts/get", json!({"name": "review"})),
    ] {
        ask(&server, Some(token), "resources/read", &json!({"uri": "app://h/notes"})).await.passed();
        ask(&server, Some(token), "resources/list", &json!({})).await.passed();
        ask(&server, Some(token), method, &params).await.passed();
        assert_eq!(denied_read(&ask(&server, Some(token), method, &params).await), "max_high_risk_calls");
        // Resources, prompts and tools share the limit.
        assert_eq!(denied_read(&ask(&server, Some(token), "resources/read", &secret).await), "max_high_risk_calls");
        assert_eq!(reason(&server.call(token, "wipe", json!({})).await), "max_high_risk_calls");
        ask(&server, Some(token), "resources/read", &json!({"uri": "app://h/notes"})).await.passed();
    }
}

#[tokio::test]
async fn denied_reads_say_why() {
    let server = Limited::of(&TABLE);
    let answer = ask(&server, Some("-"), "resources/read", &json!({"uri": "app://h/secret/x"})).await;
    assert_eq!(denied_read(&answer), "no_subject");
    let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("this read requires a token that names its subject"), "{message}");
}

#[tokio::test]
async fn reads_and_prompts_match_patterns() {
    let server = Limited::of(&PATTERNS);
    let read = async |token: &str, uri: &str| {
        ask(&server, Some(token), "resources/read", &json!({"uri": uri})).await.passed();
    };
    let send = async |token: &str| server.call(token, "send", json!({})).await;
    read("a", "app://h/notes").await;
    send("a").await.passed();
    read("a", "app://h/logs/today").await;
    assert_eq!(
        super::denial(&send("a").await),
        json!({"reason": "blocked_after", "tool": "send", "pattern": "@resource:app://h/logs/*", "caused_by": "@resource"})
    );
    // Other methods read nothing.
    ask(&server, Some("b"), "resources/list", &json!({})).await.passed();
    ask(&server, Some("b"), "prompts/list", &json!({})).await.passed();
    ask(&server, Some("b"), "prompts/get", &json!({"name": "review"})).await.passed();
    send("b").await.passed();
    assert_eq!(super::denial(&server.call("b", "write", json!({})).await)["pattern"], "@prompt");
    ask(&server, Some("b"), "prompts/get", &json!({"name": "digest"})).await.passed();
    assert_eq!(super::denial(&send("b").await)["pattern"], "@prompt:digest");
    // Another spelling that the layer accepts.
    read("c", "APP://H/logs/%74oday").await;
    assert_eq!(reason(&send("c").await), "blocked_after");
    assert_eq!(super::denial(&server.call("c", "write", json!({})).await)["pattern"], "@resource");
}

#[tokio::test]
async fn public_resources_that_a_pattern_names_have_a_caller() {
    let server = Limited::of(&PATTERNS);
    let params = json!({"uri": "app://public/x"});
    assert_eq!(ask(&server, None, "resources/read", &params).await.refused(), (401, 401));
    assert_eq!(denied_read(&ask(&server, Some("-"), "resources/read", &params).await), "no_subject");
    ask(&server, Some("a"), "resources/read", &params).await.passed();
    assert_eq!(super::denial(&server.call("a", "send", json!({})).await)["pattern"], "@resource:app://public/*");
}

#[tokio::test]
async fn public_resources_have_no_caller() {
    let server = Limited::of(&TABLE);
    for token in [None, Some("ada"), Some("-")] {
        for _ in 0..3 {
            ask(&server, token, "resources/read", &json!({"uri": "app://public/x"})).await.passed();
        }
    }
}

#[tokio::test]
async fn reads_without_an_entry_count_as_low() {
    let server = Limited::with(
        builder(&WITHOUT_ENTRIES).method("resources/read", Access::Token).method("prompts/get", Access::Token),
    );
    ask(&server, Some("a"), "resources/read", &json!({"uri": "app://h/x"})).await.passed();
    ask(&server, Some("a"), "prompts/get", &json!({"name": "review"})).await.passed();
    // What does not say what it reads is not forwarded.
    for method in ["resources/read", "prompts/get"] {
        assert_eq!(ask(&server, Some("a"), method, &json!({})).await.refused(), (400, -32602));
    }
}

#[tokio::test]
async fn a_read_is_an_event_with_its_entries() {
    let kept = Kept::default();
    let server = Limited::with(builder(&TABLE).audit(kept.clone()));
    for (token, method, params, entries, risk) in [
        (
            "a",
            "resources/read",
            json!({"uri": "app://h/secret/x"}),
            json!(["app://h/*", "app://h/secret/*"]),
            "critical",
        ),
        ("b", "resources/directory/read", json!({"uri": "app://h/notes"}), json!(["app://h/*"]), "low"),
        ("c", "prompts/get", json!({"name": "review"}), json!(["review"]), "high"),
        ("d", "resources/subscribe", json!({"uri": "app://h/notes"}), json!(["app://h/*"]), "low"),
    ] {
        for expected in [["allow", "success"], ["deny", "denied"]] {
            ask(&server, Some(token), method, &params).await;
            let [[event, ocsf]] = &kept.take_both()[..] else { panic!("{method}") };
            assert_eq!(event["mcp.method.name"], method);
            let found = ["decision", "outcome"].map(|name| event[format!("mcp_scopes.{name}")].clone());
            assert_eq!(
                (&event["mcp_scopes.risk"], &event["mcp_scopes.scopes.needed"]),
                (&json!(risk), &json!(["files:read"]))
            );
            assert_eq!((&event["mcp_scopes.entries"], &ocsf["unmapped"]["entries"]), (&entries, &entries));
            assert!(!event.to_string().contains("app://h/secret/x") && !event.to_string().contains("notes"), "{event}");
            // Those of high risk run once.
            let is_limited = risk != "low";
            assert_eq!(found, if is_limited { expected } else { ["allow", "success"] }, "{event}");
        }
    }
    // What no entry opens.
    ask(&server, Some("a"), "resources/read", &json!({"uri": "app://other/x"})).await;
    let event = kept.take().remove(0);
    assert!(event["mcp_scopes.entries"].is_null() && event["mcp_scopes.risk"].is_null(), "{event}");
}

#[tokio::test]
async fn a_read_of_high_risk_runs_only_if_its_event_has_a_place() {
    let kept = Kept { is_full: true, ..Kept::default() };
    let server = Limited::with(builder(&TABLE).audit(kept.clone()));
    for (method, params) in [
        ("resources/read", json!({"uri": "app://h/secret/x"})),
        ("resources/directory/read", json!({"uri": "app://h/secret/x"})),
        ("prompts/get", json!({"name": "review"})),
    ] {
        assert_eq!(ask(&server, Some("ada"), method, &params).await.refused(), (503, 503), "{method}");
        assert_eq!(kept.only(), ["deny", "denied", "audit_unavailable"].map(str::to_owned));
    }
    // It has not counted.
    ask(&server, Some("ada"), "resources/read", &json!({"uri": "app://h/notes"})).await.passed();
    ask(&server, Some("ada"), "prompts/get", &json!({"name": "digest"})).await.passed();
}
