//! What an audit file does not hold is unknown.

use std::time::{Duration, SystemTime};

use mcp_scopes_audit::{
    Aggregate, AuditSink as _, Decision, Event, FileSink, Format, JsonLines, Keys, Ocsf, Outcome, Subjects, Transport,
};
use mcp_scopes_model::{Environment, Risk};
use serde_json::{Value, json};
use sha2::Digest as _;

use super::{decisions, expected, simulate};
use crate::support::{Demo, Run};

/// Returns a document with tools, their policies, and further members.
fn document(tools: &[(&str, &str)], policies: &Value, more: &Value) -> String {
    let tools: serde_json::Map<_, _> = tools
        .iter()
        .map(|(name, risk)| {
            ((*name).to_owned(), json!({"risk_level": risk, "required_scopes": [[format!("{name}:use")]]}))
        })
        .collect();
    let mut extensions = json!({"tool_scope_mapping": tools, "tool_interaction_policies": policies});
    for (name, value) in more.as_object().unwrap() {
        extensions[name] = value.clone();
    }
    json!({
        "resource": "https://files.example.com/mcp",
        "authorization_servers": ["https://auth.example.com"],
        "mcp_extensions": extensions,
    })
    .to_string()
}

/// Returns the name of a pattern, as events have it.
fn name(pattern: &str) -> u64 {
    let digest = sha2::Sha256::new().chain_update([1]).chain_update(pattern).finalize();
    u64::from_be_bytes(digest[..8].try_into().unwrap())
}

fn call<'a>(subject: &'a str, tool: &'a str) -> Event<'a> {
    let mut event = Event::new("tools/call", Decision::Allow, Outcome::Success);
    (event.issuer, event.subject, event.tool) = (Some("https://auth.example.com"), Some(subject), Some(tool));
    event
}

fn with<'a>(event: &Event<'a>, change: impl FnOnce(&mut Event<'a>)) -> Event<'a> {
    let mut event = *event;
    change(&mut event);
    event
}

fn in_session<'a>(event: &Event<'a>, key: &'a [u8; 32]) -> Event<'a> {
    with(event, |event| event.session = Some(key))
}

/// Returns the event of a call on stdio.
fn of_process<'a>(event: &Event<'a>, key: &'a [u8; 32]) -> Event<'a> {
    with(&in_session(event, key), |event| {
        (event.issuer, event.subject, event.transport) = (None, None, Transport::Stdio);
    })
}

fn read(method: &str) -> Event<'_> {
    with(&call("ada", ""), |event| (event.tool, event.method) = (None, method))
}

fn refused<'a>(event: &Event<'a>, reason: &'a str) -> Event<'a> {
    with(event, |event| (event.decision, event.outcome, event.reason) = (Decision::Deny, Outcome::Denied, Some(reason)))
}

/// Writes an audit file with events at these seconds.
fn write(demo: &Demo, format: impl Format, events: &[(u64, Event<'_>)]) {
    let path = demo.path().join("audit.jsonl");
    let keys = Keys::parse("2026-11 0707070707070707070707070707070707070707070707070707070707070707").unwrap();
    let sink = FileSink::builder(&path, keys, format).queue(100, 0).open().unwrap();
    for (second, event) in events {
        let mut event = *event;
        event.time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_796_032_800 + second);
        sink.record(&event);
    }
}

/// Simulates an audit file in both formats, which have to lead to the same decisions.
fn run(document: &str, events: &[(u64, Event<'_>)]) -> Run {
    let runs = [false, true].map(|is_ocsf| {
        let demo = Demo::new();
        demo.write("document.json", document);
        if is_ocsf {
            write(&demo, Ocsf::new().subjects(Subjects::Plain), events);
        } else {
            write(&demo, JsonLines::new().subjects(Subjects::Plain), events);
        }
        simulate(&demo, &["audit.jsonl", "--format", "json"])
    });
    let [json_lines, ocsf] = runs;
    assert_eq!(json_lines.out, ocsf.out);
    json_lines
}

fn assert_decisions(document: &str, events: &[Event<'_>], rows: &[(&str, &str)]) {
    let events: Vec<_> = (0..).zip(events.iter().copied()).collect();
    let rows: Vec<_> = (1..).zip(rows).map(|(line, (decision, reason))| (line, *decision, *reason)).collect();
    assert_eq!(decisions(&run(document, &events)), expected(&rows));
}

const UNKNOWN: (&str, &str) = ("unknown", "unknown");
const ALLOW: (&str, &str) = ("allow", "");

#[test]
fn does_not_guess_whether_arguments_are_repeated() {
    let policies = json!({"sync": {"cooling_period_minutes": 5, "idempotent": true, "max_calls_per_session": 2}});
    let document = document(&[("sync", "low")], &policies, &json!({}));
    let sync = call("ada", "sync");
    // What has run counts.
    assert_decisions(&document, &[sync; 3], &[ALLOW, UNKNOWN, ("deny", "max_calls_per_session")]);
    // What has not run may have counted, if the policies are new.
    let refused = refused(&sync, "cooling_period_minutes");
    assert_decisions(&document, &[sync, refused, sync], &[ALLOW, UNKNOWN, UNKNOWN]);
}

#[test]
fn reads_are_calls() {
    let policies = json!({"send": {"blocked_after": ["@resource:/secrets/*"]}, "post": {"blocked_after": ["@prompt"]}});
    let entries = json!({
        "resource_scope_mapping": {"file:///*": {"risk_level": "high", "required_scopes": [["files:read"]]}},
        "prompt_scope_mapping": {"review": {"required_scopes": [["files:read"]]}},
        "session_policies": {"max_high_risk_calls": 2},
    });
    let tools = [("send", "low"), ("post", "low")];
    let document_of = |more: &Value| document(&tools, &policies, more);
    let [secret, any] = ["@resource:/secrets/*", "@prompt"].map(|pattern| [name(pattern)]);
    let secret = with(&read("resources/read"), |event| event.patterns = &secret);
    let [send, post] = ["send", "post"].map(|tool| call("ada", tool));
    let prompt = with(&read("prompts/get"), |event| event.patterns = &any);
    assert_decisions(
        &document_of(&entries),
        &[post, prompt, post, secret, send, read("resources/directory/read"), secret],
        &[
            ALLOW,
            ALLOW,
            ("deny", "blocked_after"),
            ALLOW,
            ("deny", "blocked_after"),
            ALLOW,
            ("deny", "max_high_risk_calls"),
        ],
    );
    // The event states which of the risks it was, or not.
    let mut entries = entries;
    entries["resource_scope_mapping"]["logs://*"] = json!({"risk_level": "low", "required_scopes": [["files:read"]]});
    let low = with(&secret, |event| event.risk = Some(Risk::Low));
    let high = with(&secret, |event| event.risk = Some(Risk::High));
    assert_decisions(&document_of(&entries), &[low, low, low], &[ALLOW; 3]);
    assert_decisions(&document_of(&entries), &[high, high, high], &[ALLOW, ALLOW, ("deny", "max_high_risk_calls")]);
    assert_decisions(&document_of(&entries), &[secret, secret, secret], &[ALLOW, ALLOW, UNKNOWN]);
}

#[test]
fn does_not_guess_what_other_servers_did() {
    let policies = json!({"send": {"blocked_after": ["notes/read_note", "read"]}});
    let domain = json!({"session_policies": {"domain": "office", "server": "files", "max_high_risk_calls": 5}});
    let document = document(&[("read", "low"), ("send", "low"), ("wipe", "high")], &policies, &domain);
    let latch = [name("files/read")];
    let [read, send, wipe] = ["read", "send", "wipe"].map(|tool| call("ada", tool));
    let read = with(&read, |event| event.patterns = &latch);
    let rows = [UNKNOWN, UNKNOWN, ALLOW, ("deny", "blocked_after")];
    assert_decisions(&document, &[send, wipe, read, send], &rows);
}

#[test]
fn finds_the_session_of_a_caller_with_and_without_its_hash() {
    let document =
        document(&[("read", "low"), ("send", "low")], &json!({"send": {"blocked_after": ["read"]}}), &json!({}));
    let latch = [name("read")];
    let read =
        with(&call("ada", "read"), |event| (event.patterns, event.environment) = (&latch, Some(Environment::Sandbox)));
    let send = with(&call("ada", "send"), |event| event.environment = Some(Environment::Live));
    let (live, sandbox) = ([7; 32], [8; 32]);
    let blocked = ("deny", "blocked_after");
    // A header has moved the caller.
    assert_decisions(&document, &[in_session(&read, &live), in_session(&send, &live)], &[ALLOW, blocked]);
    // The credential is of the sandbox.
    assert_decisions(&document, &[in_session(&read, &sandbox), in_session(&send, &live)], &[ALLOW, ALLOW]);
    // One or the other.
    assert_decisions(&document, &[read, send], &[ALLOW, UNKNOWN]);
    assert_decisions(&document, &[read, in_session(&send, &live)], &[ALLOW, UNKNOWN]);
    // The policies of the server needed no session for the first call.
    let read = with(&read, |event| event.environment = Some(Environment::Live));
    assert_decisions(&document, &[read, in_session(&send, &live)], &[ALLOW, blocked]);
    // Another issuer has another subject.
    let other = with(&read, |event| event.issuer = Some("https://other.example.com"));
    assert_decisions(&document, &[other, send], &[ALLOW, ALLOW]);
}

#[test]
fn does_not_guess_which_process_made_earlier_calls() {
    let document = document(
        &[("read", "low"), ("send", "low"), ("wipe", "low")],
        &json!({"send": {"blocked_after": ["read"]}, "wipe": {"requires_human_review": true}}),
        &json!({}),
    );
    let (key, latch) = ([7; 32], [name("read")]);
    let read = of_process(&with(&call("", "read"), |event| event.patterns = &latch), &key);
    let [send, wipe] = ["send", "wipe"].map(|tool| of_process(&call("", tool), &key));
    let rows = [ALLOW, ALLOW, UNKNOWN, ("approve", "requires_human_review")];
    assert_decisions(&document, &[send, read, send, wipe], &rows);
}

#[test]
fn does_not_guess_calls_that_are_only_counted() {
    let policies = json!({"send": {"blocked_after": ["read"]}});
    let document = document(&[("read", "low"), ("send", "low"), ("list", "low")], &policies, &json!({}));
    let [send, list] = ["send", "list"].map(|tool| call("ada", tool));
    let mut counted = Event::new("requests", Decision::Allow, Outcome::Success);
    (counted.aggregate, counted.count, counted.duration) = (Some(Aggregate::Overflow), 3, Duration::from_secs(10));
    let anonymous = with(&refused(&counted, "blocked_after"), |event| event.aggregate = Some(Aggregate::Anonymous));
    let other_check = refused(&counted, "insufficient_scope");
    let events = [
        (0, send),
        (1, anonymous),
        (1, other_check),
        (2, send),
        (20, counted),
        // A tool without a condition depends on nothing.
        (25, list),
        (26, send),
        // The session has not ended.
        (3000, send),
        (6000, send),
        // An hour without a call ends every session.
        (9600, send),
    ];
    let run = run(&document, &events);
    let rows = [
        (1, "allow", ""),
        (4, "allow", ""),
        (6, "allow", ""),
        (7, "unknown", "unknown"),
        (8, "unknown", "unknown"),
        (9, "unknown", "unknown"),
        (10, "allow", ""),
    ];
    assert_eq!(decisions(&run), expected(&rows));
    let note = "the queue of the audit was full from 2026-11-30T10:00:20Z to 2026-11-30T10:00:30Z: 3 calls are counted";
    assert!(run.err.contains(note), "{}", run.err);
}

#[test]
fn rejects_events_that_do_not_name_their_callers() {
    let policies = json!({"send": {"blocked_after": ["read"]}});
    let document = document(&[("read", "low"), ("send", "low")], &policies, &json!({}));
    let demo = Demo::new();
    demo.write("document.json", &document);
    let nameless = with(&call("", "send"), |event| (event.issuer, event.subject) = (None, None));
    // Subjects are off unless the format is told to write them.
    write(&demo, JsonLines::new(), &[(0, call("ada", "read")), (1, call("ada", "send"))]);
    let off = simulate(&demo, &["audit.jsonl"]);
    assert_eq!((off.code, off.out.as_str()), (2, ""));
    assert!(off.err.contains("no event of `audit.jsonl` names a session or a subject"), "{}", off.err);
    assert!(off.err.contains("Subjects::hashed"), "{}", off.err);
    // One of several.
    let run = run(&document, &[(0, call("ada", "read")), (1, nameless)]);
    assert_eq!(decisions(&run), expected(&[(1, "allow", ""), (2, "unknown", "unknown")]));
    assert!(run.err.contains("1 of 2 events name no session and no subject"), "{}", run.err);
    // None needs a session: a tool that no policy is about.
    let other = with(&call("", "list"), |event| (event.issuer, event.subject) = (None, None));
    let without_policies = self::document(&[("list", "low")], &json!({}), &json!({}));
    let run = self::run(&without_policies, &[(0, other)]);
    assert_eq!((run.code, decisions(&run)), (0, expected(&[(1, "allow", "")])));
}

#[test]
fn says_that_scopes_depend_on_arguments() {
    let mut document: Value =
        serde_json::from_str(&document(&[("read", "low"), ("list", "low")], &json!({}), &json!({}))).unwrap();
    document["mcp_extensions"]["tool_scope_mapping"]["read"]["conditional_scopes"] =
        json!([{"argument": "path", "glob": "/etc/*", "scopes": ["system"]}]);
    let run = run(&document.to_string(), &[(0, call("ada", "read")), (1, call("ada", "list"))]);
    assert_eq!(decisions(&run), expected(&[(1, "allow", ""), (2, "allow", "")]));
    let scopes = run.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["scopes"].clone());
    assert_eq!(scopes.collect::<Vec<_>>(), [json!("unknown"), Value::Null]);
}
