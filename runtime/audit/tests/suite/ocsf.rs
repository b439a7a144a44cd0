//! API Activity of OCSF 1.8, checked against a schema that is written from the standard.

use mcp_scopes_audit::{Aggregate, Approval, Format as _, Ocsf, Subjects};
use serde_json::{Value, json};

use crate::events::{all, bare, full};

const SCHEMA: &str = include_str!("../ocsf-1.8-api-activity.schema.json");

fn formats() -> [Ocsf; 3] {
    [
        Ocsf::new(),
        Ocsf::new().service("files").subjects(Subjects::Plain),
        Ocsf::new().subjects(Subjects::hashed(&[9; 32])),
    ]
}

#[test]
fn every_event_is_valid() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let schema = jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap();
    let mut count = 0;
    for format in formats() {
        for mut event in all() {
            for aggregate in [None, Some(Aggregate::Anonymous)] {
                event.aggregate = aggregate;
                let line: Value = serde_json::from_str(&format.to_json(&event)).unwrap();
                let errors: Vec<String> = schema.iter_errors(&line).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{errors:?}: {line}");
                count += 1;
            }
        }
    }
    assert_eq!(count, 240);
    // The schema rejects what lacks a required attribute, or has one that the class does not have.
    let valid: Value = serde_json::from_str(&Ocsf::new().to_json(&full())).unwrap();
    for required in ["actor", "api", "metadata", "src_endpoint", "time", "severity_id"] {
        let mut line = valid.clone();
        line.as_object_mut().unwrap().remove(required);
        assert!(!schema.is_valid(&line), "{required}");
    }
    for (place, name) in [("", "tool"), ("/actor", "token"), ("/api", "arguments")] {
        let mut line = valid.clone();
        line.pointer_mut(place).unwrap()[name] = json!("x");
        assert!(!schema.is_valid(&line), "{place}/{name}");
    }
}

#[test]
fn writes_who_called_what() {
    let line = Ocsf::new().service("files").subjects(Subjects::Plain).to_json(&full());
    let line: Value = serde_json::from_str(&line).unwrap();
    for (place, expected) in [
        ("/time", json!(1_795_000_000_123_u64)),
        ("/duration", json!(1234)),
        ("/severity_id", json!(3)),
        ("/action_id", json!(2)),
        ("/disposition_id", json!(2)),
        ("/status_code", json!("-32602")),
        ("/status_detail", json!("blocked_after")),
        ("/risk_level_id", json!(3)),
        ("/actor/user/uid", json!("ada \"the first\"\n")),
        ("/actor/app_uid", json!("editor")),
        ("/actor/idp/uid", json!("https://auth.example.com")),
        ("/actor/authorizations/0", json!({"decision": "deny", "policy": {"name": "read_file:*.pem"}})),
        ("/api", json!({"operation": "tools/call", "version": "2026-07-28", "service": {"name": "files"}})),
        ("/src_endpoint", json!({"ip": "192.0.2.7", "port": 4711})),
        ("/resources/0/name", json!("send_email")),
        ("/trace/uid", json!("4bf92f3577b34da6a3ce929d0e0e4736")),
        ("/unmapped/scopes_missing", json!(["mail:send"])),
        ("/unmapped/actor", json!("agent")),
        ("/unmapped/entries", json!(["app://h/*"])),
        ("/unmapped/approval", json!("reviewer")),
    ] {
        assert_eq!(line.pointer(place), Some(&expected), "{place}: {line}");
    }
    let mut approved = bare();
    approved.approval = Some(Approval::Caller);
    let approved: Value = serde_json::from_str(&Ocsf::new().to_json(&approved)).unwrap();
    assert_eq!((&approved["disposition_id"], &approved["unmapped"]["approval"]), (&json!(8), &json!("caller")));
    let bare: Value = serde_json::from_str(&Ocsf::new().to_json(&bare())).unwrap();
    assert_eq!((&bare["src_endpoint"], &bare["disposition_id"]), (&json!({"svc_name": "mcp-client"}), &json!(1)));
}
