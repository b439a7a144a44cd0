//! JSON lines with names of OpenTelemetry.

use mcp_scopes_audit::{Aggregate, Event, Format as _, JsonLines, Outcome, Subjects, TraceContext};
use serde_json::{Value, json};

use crate::events::{all, bare, full};

fn value(format: &JsonLines, event: &Event<'_>) -> Value {
    serde_json::from_str(&format.to_json(event)).unwrap()
}

#[test]
fn writes_every_member() {
    let format = JsonLines::new().service("files").subjects(Subjects::Plain);
    assert_eq!(
        value(&format, &full()),
        json!({
            "timestamp": "2026-11-18T11:06:40.123456Z",
            "event.name": "mcp_scopes.decision",
            "service.name": "files",
            "mcp.method.name": "tools/call",
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "send_email",
            "mcp.protocol.version": "2026-07-28",
            "network.transport": "tcp",
            "client.address": "192.0.2.7",
            "client.port": 4711,
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            "span_id": "00f067aa0ba902b7",
            "trace_flags": "01",
            "error.type": "-32602",
            "rpc.response.status_code": "-32602",
            "user.id": "ada \"the first\"\n",
            "mcp_scopes.decision": "deny",
            "mcp_scopes.outcome": "denied",
            "mcp_scopes.reason": "blocked_after",
            "mcp_scopes.rule": "read_file:*.pem",
            "mcp_scopes.patterns": ["0123456789abcdef", "0000000000000007"],
            "mcp_scopes.entries": ["app://h/*"],
            "mcp_scopes.approval": "reviewer",
            "mcp_scopes.risk": "high",
            "mcp_scopes.scopes.needed": ["mail:send", "mail:read"],
            "mcp_scopes.scopes.missing": ["mail:send"],
            "mcp_scopes.environment": "live",
            "mcp_scopes.issuer": "https://auth.example.com",
            "mcp_scopes.client": "editor",
            "mcp_scopes.actor": "agent",
            "mcp_scopes.session": "ab".repeat(16),
            "mcp_scopes.duration": 1.234_567,
            "mcp_scopes.chain": {},
        })
    );
    assert_eq!(
        value(&format, &bare()).as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>(),
        [
            "event.name",
            "gen_ai.operation.name",
            "mcp.method.name",
            "mcp_scopes.chain",
            "mcp_scopes.decision",
            "mcp_scopes.duration",
            "mcp_scopes.outcome",
            "network.transport",
            "service.name",
            "timestamp"
        ]
    );
    let mut counted = bare();
    (counted.aggregate, counted.count) = (Some(Aggregate::Overflow), 3);
    let counted = value(&format, &counted);
    assert_eq!((&counted["mcp_scopes.aggregate"], &counted["mcp_scopes.count"]), (&json!("overflow"), &json!(3)));
}

#[test]
fn writes_one_line_for_every_event() {
    for event in all() {
        let line = JsonLines::new().to_json(&event);
        assert!(!line.contains('\n'), "{line}");
        let error = value(&JsonLines::new(), &event)["error.type"].clone();
        assert_eq!(error.is_null(), event.outcome == Outcome::Success);
        assert_eq!(error == "tool_error", event.outcome == Outcome::ToolError, "{line}");
    }
}

/// Computed with the `hmac` module of Python: operators search for them.
#[test]
fn hashes_of_subjects_do_not_change() {
    let key = [9; 32];
    let line = value(&JsonLines::new().subjects(Subjects::hashed(&key)), &full());
    let hasher = mcp_scopes_audit::SubjectHasher::new(&key);
    assert_eq!(line["user.hash"], hasher.hash("https://auth.example.com", "ada \"the first\"\n"));
    assert_eq!(line["user.hash"], "db780c71f7880fb53463256a76d2f023");
    assert_eq!(line["mcp_scopes.actor.hash"], hasher.hash("https://auth.example.com", "agent"));
    assert_eq!(line["mcp_scopes.session"], "4ed0d3585aa15dba25bd844e4e3bfc27");
    assert!(line["user.id"].is_null() && line["mcp_scopes.actor"].is_null());
    assert_ne!(hasher.hash("https://a", "bc"), hasher.hash("https://ab", "c"));
}

#[test]
fn writes_no_subject_by_default() {
    let line = JsonLines::new().to_json(&full());
    for absent in ["ada", "agent", "session", "user."] {
        assert!(!line.contains(absent), "{absent}: {line}");
    }
}

#[test]
fn cuts_long_texts_of_tokens() {
    let long = "é".repeat(1000);
    let (long, mut event) = (long.as_str(), bare());
    (event.subject, event.client, event.issuer) = (Some(long), Some(long), Some(long));
    let scopes = ["x"; 200];
    (event.needed, event.missing) = (&scopes, &scopes);
    let line = value(&JsonLines::new().subjects(Subjects::Plain), &event);
    for name in ["user.id", "mcp_scopes.client", "mcp_scopes.issuer"] {
        assert_eq!(line[name], format!("{}…", "é".repeat(128)), "{name}");
    }
    assert_eq!(line["mcp_scopes.scopes.needed"].as_array().unwrap().len(), 64);
}

#[test]
fn rejects_other_trace_contexts() {
    let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    assert!(TraceContext::parse(valid).is_some());
    // A later version may have more parts (§3.2.4).
    assert!(TraceContext::parse(&valid.replacen("00", "cc", 1)).is_some());
    assert!(TraceContext::parse(&format!("{}-more", valid.replacen("00", "cc", 1))).is_some());
    for wrong in [
        "",
        "00",
        &valid.to_uppercase(),
        &format!("{valid}-more"),
        &format!("{valid}0"),
        &valid.replacen("00", "ff", 1),
        &valid.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
        &valid.replace("00f067aa0ba902b7", &"0".repeat(16)),
        &valid.replace("00f067aa0ba902b7", "a-secret-token-1"),
    ] {
        assert!(TraceContext::parse(wrong).is_none(), "{wrong}");
    }
}
