//! Limits that the file of a table states for all calls, and `idempotent`.

use mcp_scopes::{mcp_tool, scope_table};
use serde_json::{Value, json};

use super::{Limited, ask, denial, reason};
use crate::server::{Answer, Ask};

/// Build a page
#[mcp_tool(scope = "files:read", risk = "low", policy(cooling_period_minutes = 5, idempotent))]
fn build(page: &str) {
    let _ = page;
}

scope_table! {
    static ENDS = [super::list_files, super::read_file, super::send_email] with "tests/server/policies/ends.toml";
}
scope_table! { static ESCALATION = [super::list_files, super::wipe] with "tests/server/policies/escalation.toml"; }
scope_table! {
    pub(super) static RISKS = [super::status, super::list_files, super::restart, super::wipe]
        with "tests/server/policies/risks.toml";
}
scope_table! { static IDEMPOTENT = [build]; }

#[tokio::test]
async fn a_session_ends_after_the_stated_time_without_a_call() {
    let server = Limited::of(&ENDS);
    server.ada("read_file", "id.key").await.passed();
    server.wait(590);
    // A refused call does not renew the session.
    assert_eq!(reason(&server.ada("send_email", "").await), "blocked_after");
    server.wait(11);
    server.ada("send_email", "").await.passed();
}

/// What a session knows is not forgotten while its caller makes calls, whichever tools they are of.
#[tokio::test]
async fn any_admitted_call_renews_a_session() {
    let server = Limited::of(&ENDS);
    server.ada("read_file", "id.key").await.passed();
    for _ in 0..2 {
        server.wait(400);
        // This tool has no policy, and no pattern names it.
        server.ada("list_files", "/home").await.passed();
    }
    server.wait(400);
    assert_eq!(reason(&server.ada("send_email", "").await), "blocked_after");
    server.wait(300);
    server.ada("send_email", "").await.passed();
}

#[tokio::test]
async fn a_session_ends_after_the_stated_time_in_any_case() {
    let server = Limited::of(&ENDS);
    server.ada("read_file", "id.key").await.passed();
    for _ in 0..2 {
        server.wait(590);
        server.ada("read_file", "notes.txt").await.passed();
    }
    server.wait(300);
    assert_eq!(reason(&server.ada("send_email", "").await), "blocked_after");
    server.wait(21);
    server.ada("send_email", "").await.passed();
}

#[tokio::test]
async fn refused_calls_are_limited() {
    let server = Limited::of(&ENDS);
    server.ada("read_file", "id.key").await.passed();
    for _ in 0..3 {
        assert_eq!(reason(&server.ada("send_email", "").await), "blocked_after");
    }
    let answer = denial(&server.ada("send_email", "").await);
    let wait = answer["retry_after_seconds"].as_u64().unwrap();
    assert!(answer["reason"] == "max_refused_calls" && (590..=601).contains(&wait), "{answer}");
    assert_eq!(reason(&server.ada("read_file", "notes.txt").await), "max_refused_calls");
    // A call that no policy is about, and another caller.
    server.ada("list_files", "").await.passed();
    server.call("bob", "send_email", json!({})).await.passed();
    server.wait(wait);
    server.ada("send_email", "").await.passed();
}

#[tokio::test]
async fn a_jump_in_risk_waits_for_the_stated_time() {
    let server = Limited::of(&ESCALATION);
    server.ada("list_files", "").await.passed();
    let answer = denial(&server.ada("wipe", "").await);
    let wait = answer["retry_after_seconds"].as_u64().unwrap();
    assert!(answer["reason"] == "block_rapid_escalation" && (295..=301).contains(&wait), "{answer}");
    server.wait(wait - 10);
    assert_eq!(reason(&server.ada("wipe", "").await), "block_rapid_escalation");
    server.wait(10);
    server.ada("wipe", "").await.passed();
}

fn token(server: &Limited, back: u64, acr: &str) -> String {
    format!("ada.-.{}.{acr}", server.now() - back)
}

#[tokio::test]
async fn a_risk_requires_a_recent_sign_in() {
    let server = Limited::of(&RISKS);
    let restart = async |token: &str| server.call(token, "restart", json!({})).await;
    // Neither rule is about a lower risk.
    server.ada("list_files", "").await.passed();
    server.server.send(ask("status", &json!({}))).await.passed();
    let answer = restart("ada").await;
    assert_eq!(answer.refused(), (401, 401));
    let challenge = answer.challenge();
    assert!(challenge.contains("error=\"insufficient_user_authentication\""), "{challenge}");
    assert!(challenge.contains("max_age=\"900\"") && !challenge.contains("acr_values"), "{challenge}");
    let old = token(&server, 910, "gold");
    assert_eq!(restart(&old).await.refused(), (401, 401));
    // The same sign-in again: the model reads it, and the client does not loop.
    assert_eq!(reason(&restart(&old).await), "stale_authentication");
    restart(&token(&server, 880, "-")).await.passed();
}

#[tokio::test]
async fn a_risk_requires_a_kind_of_sign_in() {
    let server = Limited::of(&RISKS);
    let wipe = async |token: &str| server.call(token, "wipe", json!({})).await;
    for (back, acr) in [(0, "silver"), (5, "-"), (3610, "gold")] {
        let answer = wipe(&token(&server, back, acr)).await;
        assert_eq!(answer.refused(), (401, 401), "{acr}");
        let challenge = answer.challenge();
        assert!(challenge.contains("acr_values=\"gold platinum\""), "{challenge}");
        assert!(challenge.contains("max_age=\"3600\""), "{challenge}");
    }
    for acr in ["gold", "platinum"] {
        wipe(&token(&server, 3500, acr)).await.passed();
    }
    // Reads count by the risk of their entries.
    let read = async |uri: &str, token: &str| -> Answer {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": uri}});
        server.server.send(Ask::post(body.to_string()).token(token)).await
    };
    read("app://h/notes", "ada").await.passed();
    assert_eq!(read("app://h/secret/x", &token(&server, 7, "silver")).await.refused(), (401, 401));
    read("app://h/secret/x", &token(&server, 8, "gold")).await.passed();
}

#[tokio::test]
async fn repeats_of_an_idempotent_call_do_not_wait() {
    let server = Limited::of(&IDEMPOTENT);
    let build = async |arguments: Value| server.call("ada", "build", arguments).await;
    let page = json!({"page": "index"});
    build(page.clone()).await.passed();
    build(page.clone()).await.passed();
    for other in [json!({"page": "about"}), json!({"page": "index", "draft": true}), json!({})] {
        assert_eq!(reason(&build(other).await), "cooling_period_minutes");
    }
    // A repeat does not begin the period again.
    server.wait(200);
    build(page.clone()).await.passed();
    server.wait(101);
    build(json!({"page": "about"})).await.passed();
    assert_eq!(reason(&build(page).await), "cooling_period_minutes");
}
