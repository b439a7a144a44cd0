//! Each key of `policy(..)` and `[session]`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{Limited, REAUTH, SESSION, TABLE, denial, reason};

#[tokio::test]
async fn blocks_a_tool_after_a_matching_call() {
    let server = Limited::of(&TABLE);
    server.ada("send_email", "").await.passed();
    server.ada("read_file", "/home/ada/notes.txt").await.passed();
    server.ada("send_email", "").await.passed();
    server.ada("read_file", "/home/ada/id.key").await.passed();
    let answer = server.ada("send_email", "").await;
    assert_eq!(
        denial(&answer),
        json!({"reason": "blocked_after", "tool": "send_email", "pattern": "read_file:*.key", "caused_by": "read_file"})
    );
    assert_eq!(
        answer.json()["result"]["content"][0]["text"],
        "`send_email` is blocked in this session because a call of `read_file` had an argument that matches `*.key`; start a new task or \
         ask a person"
    );
    // Other tools, and other callers.
    server.ada("list_files", "").await.passed();
    server.call("bob", "send_email", json!({})).await.passed();
    // A session ends after an hour without an admitted call. Refused calls do not renew it.
    server.wait(1800);
    assert_eq!(reason(&server.ada("send_email", "").await), "blocked_after");
    server.wait(1801);
    server.ada("send_email", "").await.passed();
}

#[tokio::test]
async fn blocks_arguments_in_any_spelling() {
    let server = Limited::of(&TABLE);
    for path in ["/etc/shadow", "/etc//shadow", "/etc/x/../shadow", "%2Fetc%2Fshadow", "file:///etc/shadow", "a.pem"] {
        let answer = server.ada("read_file", path).await;
        assert_eq!(reason(&answer), "blocked_patterns", "{path}");
    }
    for arguments in [json!({"a": [{"b": "x.pem"}]}), json!({"path": "\u{0}"})] {
        assert_eq!(reason(&server.call("ada", "read_file", arguments).await), "blocked_patterns");
    }
    server.call("ada", "read_file", json!({"x.pem": 1, "path": "/etc/shadowy"})).await.passed();
    server.ada("list_files", "/etc/shadow").await.passed();
}

#[tokio::test]
async fn limits_the_size_of_files_in_arguments() {
    let server = Limited::of(&TABLE);
    let file = |bytes: usize| STANDARD.encode(vec![0; bytes]);
    for name in ["blob", "data"] {
        server.call("ada", "read_file", json!({name: file(1_000_000)})).await.passed();
        let answer = server.call("ada", "read_file", json!({"file": {name: file(1_000_001)}})).await;
        assert_eq!(denial(&answer), json!({"reason": "max_file_size_mb", "tool": "read_file", "limit": 1}));
    }
    let url = format!("data:application/pdf;base64,{}", file(1_000_001));
    assert_eq!(reason(&server.ada("read_file", &url).await), "max_file_size_mb");
    // Another tool has no limit.
    server.call("ada", "list_files", json!({"blob": file(1_000_001)})).await.passed();
}

#[tokio::test]
async fn limits_the_calls_of_a_session() {
    let server = Limited::of(&TABLE);
    for _ in 0..2 {
        server.ada("write_file", "").await.passed();
    }
    let expected = json!({"reason": "max_calls_per_session", "tool": "write_file", "limit": 2});
    for _ in 0..3 {
        assert_eq!(denial(&server.ada("write_file", "").await), expected);
    }
    server.ada("restart", "").await.passed();
    server.call("bob", "write_file", json!({})).await.passed();
    server.wait(3601);
    server.ada("write_file", "").await.passed();
}

#[tokio::test]
async fn waits_between_two_calls() {
    let server = Limited::of(&TABLE);
    server.ada("restart", "").await.passed();
    let answer = denial(&server.ada("restart", "").await);
    let wait = answer["retry_after_seconds"].as_u64().unwrap();
    assert!(answer["reason"] == "cooling_period_minutes" && (295..=301).contains(&wait), "{answer}");
    server.wait(150);
    assert_eq!(reason(&server.ada("restart", "").await), "cooling_period_minutes");
    server.wait(wait - 150);
    server.ada("restart", "").await.passed();
}

#[tokio::test]
async fn limits_calls_of_high_risk() {
    let server = Limited::of(&SESSION);
    server.ada("list_files", "").await.passed();
    server.wait(120);
    server.ada("restart", "").await.passed();
    server.wait(120);
    for _ in 0..2 {
        server.ada("wipe", "").await.passed();
    }
    let expected = json!({"reason": "max_high_risk_calls", "tool": "wipe", "limit": 2});
    assert_eq!(denial(&server.ada("wipe", "").await), expected);
    server.ada("list_files", "").await.passed();
}

#[tokio::test]
async fn delays_a_jump_in_risk() {
    let server = Limited::of(&SESSION);
    server.call("ada", "status", json!({})).await.passed();
    server.ada("list_files", "/").await.passed();
    let answer = denial(&server.ada("wipe", "").await);
    let wait = answer["retry_after_seconds"].as_u64().unwrap();
    assert!(answer["reason"] == "block_rapid_escalation" && (55..=61).contains(&wait), "{answer}");
    // Climbing level by level within the period does not help.
    assert_eq!(reason(&server.ada("restart", "").await), "block_rapid_escalation");
    server.wait(61);
    server.ada("wipe", "").await.passed();
}

#[tokio::test]
async fn requires_a_recent_sign_in() {
    let server = Limited::of(&REAUTH);
    let token = |time: u64| format!("ada.-.{time}");
    let first = server.now();
    server.call(&token(first), "list_files", json!({})).await.passed();
    server.wait(1900);
    let answer = server.call(&token(first), "list_files", json!({})).await;
    assert_eq!(answer.refused(), (401, 401));
    assert_eq!(
        answer.challenge(),
        "Bearer scope=\"list_files\", error=\"insufficient_user_authentication\", error_description=\"`list_files` requires a \
         sign-in within the last 30 minutes\", max_age=\"1800\", \
         resource_metadata=\"https://files.example.com/.well-known/oauth-protected-resource/mcp\""
    );
    // A client that only refreshes its token would repeat this without end.
    let again = server.call(&format!("ada.app.{first}"), "list_files", json!({})).await;
    assert_eq!(reason(&again), "stale_authentication");
    server.call(&token(server.now()), "list_files", json!({})).await.passed();
    // Public tools have no caller.
    server.server.send(super::ask("status", &json!({}))).await.passed();
    // A token without the claim.
    assert_eq!(server.call("bob", "list_files", json!({})).await.refused(), (401, 401));
}
