//! `mcp-scopes simulate`: calls and audit files, decided by the policies of a document.

mod events;

use std::time::SystemTime;

use mcp_scopes_audit::{AuditSink as _, Decision, Event, FileSink, Format, JsonLines, Keys, Ocsf, Outcome, Subjects};
use mcp_scopes_model::{Policy, Risk, Tool};
use mcp_scopes_policies::{Rules, Settings};
use serde_json::Value;

use crate::support::{Demo, Run};

const DOCUMENT: &str = r#"{
  "resource": "https://files.example.com/mcp",
  "authorization_servers": ["https://auth.example.com"],
  "mcp_extensions": {
    "tool_scope_mapping": {
      "read_file": {"risk_level": "low", "required_scopes": [["files:read"]]},
      "send_email": {"risk_level": "low", "required_scopes": [["mail:send"]]},
      "write_file": {"risk_level": "low", "required_scopes": [["files:write"]]},
      "run_query": {"risk_level": "low", "required_scopes": [["db:read"]]},
      "delete_all": {"risk_level": "critical", "required_scopes": [["files:delete"]]}
    },
    "resource_scope_mapping": {"logs://*": {"risk_level": "low", "required_scopes": [["logs:read"]]}},
    "tool_interaction_policies": {
      "send_email": {"blocked_after": ["read_file:*.key"]},
      "write_file": {"requires_approval_after": ["read_file"]},
      "run_query": {"cooling_period_minutes": 5, "blocked_patterns": ["*password*"]},
      "delete_all": {"requires_human_review": true}
    },
    "session_policies": {"require_reauth_after_minutes": 30}
  }
}
"#;

fn demo(file: &str, text: &str) -> Demo {
    let demo = Demo::new();
    demo.write("document.json", DOCUMENT).write(file, text);
    demo
}

fn simulate(demo: &Demo, more: &[&str]) -> Run {
    demo.run(&[&["simulate", "--tools", "document.json"], more].concat())
}

/// Returns the decision and the reason of each call.
fn decisions(run: &Run) -> Vec<(u64, String, String)> {
    assert_eq!(run.code, 0, "{}", run.err);
    let text = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
    let lines = run.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| (line["line"].as_u64().unwrap(), text(&line, "decision"), text(&line, "reason"))).collect()
}

fn expected(rows: &[(u64, &str, &str)]) -> Vec<(u64, String, String)> {
    rows.iter().map(|(line, decision, reason)| (*line, (*decision).to_owned(), (*reason).to_owned())).collect()
}

#[test]
fn decides_about_calls_in_the_order_of_their_times() {
    let calls = r#"{"time": "2026-11-30T10:00:00Z", "subject": "ada", "tool": "read_file", "arguments": {"path": "/home/ada/id.key"}, "auth_time": 1796032800}
{"time": "2026-11-30T10:00:02Z", "subject": "ada", "tool": "send_email", "auth_time": 1796032800}

{"time": "2026-11-30T10:00:02Z", "subject": "bob", "tool": "send_email", "auth_time": 1796032800}
{"time": "2026-11-30T10:00:03Z", "subject": "ada", "issuer": "https://other.example.com", "tool": "send_email", "auth_time": 1796032800}
{"time": 1796032804.5, "subject": "ada", "tool": "write_file", "auth_time": 1796032800}
{"time": 1796032804.5, "subject": "ada", "tool": "write_file", "auth_time": 1796032800, "approved_by": "caller"}
{"time": 1796032805, "subject": "ada", "tool": "run_query", "auth_time": 1796032800, "arguments": {"q": ["a", {"b": "my password"}]}}
{"time": 1796032806, "subject": "ada", "tool": "run_query", "auth_time": 1796032800}
{"time": 1796032807, "subject": "ada", "tool": "run_query", "auth_time": 1796032800}
{"time": 1796032808, "subject": "ada", "tool": "delete_all", "auth_time": 1796032800, "approved_by": "caller"}
{"time": 1796032809, "subject": "ada", "tool": "read_file"}
{"time": 1796032810, "subject": "ada", "tool": "nothing"}
{"time": 1796032811, "subject": "ada", "resource": "logs://x", "auth_time": 1796032800}
{"time": 1796032812, "subject": "ada", "resource": "file:///x", "auth_time": 1796032800}
{"time": "2026-11-30T09:59:59Z", "subject": "ada", "tool": "send_email", "auth_time": 1796032700}
"#;
    let demo = demo("calls.jsonl", calls);
    let run = simulate(&demo, &["calls.jsonl", "--format", "json"]);
    let rows = [
        (16, "allow", ""),
        (1, "allow", ""),
        (2, "deny", "blocked_after"),
        (4, "allow", ""),
        (5, "allow", ""),
        (6, "approve", "requires_approval_after"),
        (7, "allow", ""),
        (8, "deny", "blocked_patterns"),
        (9, "allow", ""),
        (10, "deny", "cooling_period_minutes"),
        (11, "approve", "requires_human_review"),
        (12, "challenge", "insufficient_user_authentication"),
        (13, "deny", "unknown_tool"),
        (14, "allow", ""),
        (15, "deny", "unknown_resource"),
    ];
    assert_eq!(decisions(&run), expected(&rows));
    assert!(run.err.contains("7 allow, 5 deny, 1 challenge, 2 approve"), "{}", run.err);
    // Arguments are not printed.
    assert!(!run.out.contains("my password") && !run.out.contains("id.key"), "{}", run.out);
    let table = simulate(&demo, &["calls.jsonl"]);
    assert!(table.out.starts_with("LINE   TIME                 SUBJECT"), "{}", table.out);
    assert!(
        table.out.contains("`send_email` is blocked in this session because a call of `read_file`"),
        "{}",
        table.out
    );
}

/// Scopes are assumed to be held. The output says which a call needs by its arguments.
#[test]
fn says_which_scopes_the_arguments_need() {
    let document = DOCUMENT.replace(
        r#""read_file": {"risk_level": "low", "required_scopes": [["files:read"]]}"#,
        r#""read_file": {"risk_level": "low", "required_scopes": [["files:read"]], "parameters": ["path"], "conditional_scopes": [
            {"argument": "path", "glob": "/etc/*", "scopes": ["files:system"]}, {"glob": "*.key", "scopes": ["keys:read", "files:system"]}]}"#,
    );
    assert_ne!(document, DOCUMENT);
    let calls = r#"{"time": 1796032801, "subject": "ada", "tool": "read_file", "auth_time": 1796032800, "arguments": {"path": "/home/ada"}}
{"time": 1796032802, "subject": "ada", "tool": "read_file", "auth_time": 1796032800, "arguments": {"path": "/etc/../etc/x"}}
{"time": 1796032803, "subject": "ada", "tool": "read_file", "auth_time": 1796032800, "arguments": {"path": "/etc/id.key"}}
{"time": 1796032804, "subject": "ada", "tool": "read_file", "auth_time": 1796032800, "arguments": {"file": "/etc/x"}}
"#;
    let demo = demo("calls.jsonl", calls);
    demo.write("document.json", &document);
    let run = simulate(&demo, &["calls.jsonl", "--format", "json"]);
    let rows = [(1, "allow", ""), (2, "allow", ""), (3, "allow", ""), (4, "deny", "unlisted_argument")];
    assert_eq!(decisions(&run), expected(&rows));
    let scopes: Vec<Value> =
        run.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["scopes"].clone()).collect();
    assert_eq!(
        scopes,
        [
            Value::Null,
            serde_json::json!([["files:read", "files:system"]]),
            serde_json::json!([["files:read", "files:system", "keys:read"]]),
            Value::Null
        ]
    );
    let table = simulate(&demo, &["calls.jsonl"]);
    assert!(table.out.contains("needs `files:read` and `files:system` and `keys:read`"), "{}", table.out);
}

/// Each alternative needs its own conditions.
#[test]
fn says_which_alternatives_open_a_call() {
    let document = DOCUMENT.replace(
        r#""required_scopes": [["files:read"]]}"#,
        r#""required_scopes": [["files:read"], ["admin"], ["audit"]], "parameters": ["path"], "conditional_scopes": [
            {"glob": "/etc/*", "scopes": ["files:system"], "alternatives": [0]}, {"glob": "/etc/*", "scopes": ["audit:system"], "alternatives": [2]}]}"#,
    );
    let call = r#"{"time": 1, "subject": "ada", "tool": "read_file", "auth_time": 1, "arguments": {"path": "/etc/x"}}"#;
    let demo = demo("calls.jsonl", call);
    demo.write("document.json", &document);
    let table = simulate(&demo, &["calls.jsonl"]);
    let expected = "needs `files:read` and `files:system`, or `admin`, or `audit` and `audit:system`";
    assert!(table.out.contains(expected), "{}", table.out);
}

/// A record in a program does not have the fields of a type, and the server knows them.
#[test]
fn compares_conditions_whose_parameters_are_not_listed() {
    let document = DOCUMENT.replace(
        r#""required_scopes": [["files:read"]]}"#,
        r#""required_scopes": [["files:read"]], "parameters_unknown": true, "conditional_scopes": [{"argument": "path", "glob": "/etc/*", "scopes": ["files:system"]}]}"#,
    );
    let calls = r#"{"time": 1, "subject": "ada", "tool": "read_file", "auth_time": 1, "arguments": {"path": "/etc/x", "limit": "9"}}
{"time": 2, "subject": "ada", "tool": "read_file", "auth_time": 1, "arguments": {"path": "/home", "note": "/etc/x"}}
"#;
    let demo = demo("calls.jsonl", calls);
    demo.write("document.json", &document);
    let run = simulate(&demo, &["calls.jsonl", "--format", "json"]);
    assert_eq!(decisions(&run), expected(&[(1, "allow", ""), (2, "allow", "")]));
    let scopes: Vec<bool> = run.out.lines().map(|line| line.contains("files:system")).collect();
    assert_eq!(scopes, [true, false]);
}

/// As the server does: in all forms of a URI, and without templates.
#[test]
fn reads_resources_as_the_server_does() {
    let entries = r#""resource_scope_mapping": {"logs://h/a": {"required_scopes": [["logs:read"]]}, "logs://h/*.txt": {"required_scopes": [["logs:read"]]},
        "data://{id}": {"required_scopes": [["logs:read"]]}, "open://*": {"risk_level": "high", "public": true}}, "prompt_scope_mapping": {"a": {"public": true}}"#;
    let document = DOCUMENT
        .replace(
            r#""resource_scope_mapping": {"logs://*": {"risk_level": "low", "required_scopes": [["logs:read"]]}}"#,
            entries,
        )
        .replace(
            r#""session_policies": {"require_reauth_after_minutes": 30}"#,
            r#""session_policies": {"max_high_risk_calls": 1}"#,
        );
    assert!(document.contains("open://") && document.contains("max_high"), "{document}");
    let reads = [
        ("LOGS://h/a", "allow", ""),
        ("logs://h/%61", "allow", ""),
        ("logs://h/b.txt", "allow", ""),
        ("logs://h/secret?.txt", "deny", "unknown_resource"),
        ("logs://h/x/../y.txt", "deny", "unknown_resource"),
        ("data://x", "deny", "unknown_resource"),
        // A public read has no caller, so it does not count.
        ("open://a", "allow", ""),
        ("open://b", "allow", ""),
    ];
    let calls: Vec<String> = reads
        .iter()
        .map(|(uri, ..)| format!("{{\"time\": 1, \"subject\": \"ada\", \"resource\": \"{uri}\"}}\n"))
        .collect();
    let mut calls = calls.concat();
    calls.push_str("{\"time\": 1, \"subject\": \"ada\", \"prompt\": \"b\"}\n");
    let demo = demo("calls.jsonl", &calls);
    demo.write("document.json", &document);
    let run = simulate(&demo, &["calls.jsonl", "--format", "json"]);
    let mut rows: Vec<_> = (1..).zip(reads).map(|(line, (_, decision, reason))| (line, decision, reason)).collect();
    rows.push((9, "deny", "unknown_prompt"));
    assert_eq!(decisions(&run), expected(&rows));
}

#[test]
fn reads_policies_from_a_package_too() {
    let demo = Demo::package(
        "use mcp_scopes::{mcp_tool, scope_table};\n\n/// Send a message\n#[mcp_tool(risk = \"low\", policy(max_calls_per_session = 1))]\n\
         fn send_email(to: String) {}\n\nscope_table! { static TOOLS = [send_email]; }\n\nfn main() {}\n",
    );
    let call = "{\"time\": 1, \"subject\": \"ada\", \"tool\": \"send_email\"}\n";
    let run = demo.run_with(&["simulate", "-", "--format", "json"], &call.repeat(2));
    assert_eq!(decisions(&run), expected(&[(1, "allow", ""), (2, "deny", "max_calls_per_session")]));
}

#[test]
fn names_the_line_that_is_wrong() {
    for (line, message) in [
        ("{", "line 2 of `calls.jsonl`: it is not JSON"),
        ("[]", "it is an array, not an object"),
        (r#"{"time": 1, "subject": "ada", "tol": "x"}"#, "unknown member `tol`; did you mean `tool`?"),
        (r#"{"time": 1, "subject": "ada"}"#, "not exactly one of `tool`, `resource` and `prompt`"),
        (r#"{"time": 1, "subject": "ada", "tool": "x", "prompt": "y"}"#, "not exactly one of"),
        (r#"{"time": 1, "tool": "x"}"#, "`subject` is missing"),
        (r#"{"subject": "ada", "tool": "x"}"#, "`time` is missing"),
        (r#"{"time": "today", "subject": "ada", "tool": "x"}"#, "`time` is neither RFC 3339"),
        (r#"{"time": 1e300, "subject": "ada", "tool": "x"}"#, "`time` is neither RFC 3339"),
        (r#"{"time": 1, "subject": "ada", "tool": "x", "arguments": []}"#, "`arguments` is an array, not an object"),
        (r#"{"time": 1, "subject": "ada", "tool": "x", "auth_time": -1}"#, "`auth_time` is not a whole number"),
        (r#"{"time": 1, "subject": "ada", "tool": "x", "approved_by": "me"}"#, "neither `caller` nor `reviewer`"),
        (r#"{"time": 1, "subject": "ada", "tool": "x", "environment": "test"}"#, "neither `live` nor `sandbox`"),
        (r#"{"time": 1, "time": 2, "subject": "ada", "tool": "x"}"#, "it is not JSON"),
    ] {
        let demo = demo("calls.jsonl", &format!("\n{line}\n"));
        let run = simulate(&demo, &["calls.jsonl"]);
        assert_eq!(run.code, 2, "{line}");
        assert!(run.err.contains(message), "{line}: {}", run.err);
        assert_eq!(run.out, "");
    }
}

/// Returns the names of all patterns of the document that a call of `read_file` can match.
fn names(path: &str) -> Vec<u64> {
    let send = Policy { blocked_after: &["read_file:*.key"], ..Policy::NONE };
    let write = Policy { requires_approval_after: &["read_file"], ..Policy::NONE };
    let tool = |name, policy| Tool { policy, ..Tool::new(name, Risk::Low) };
    let tools = [tool("read_file", Policy::NONE), tool("send_email", send), tool("write_file", write)];
    let rules = Rules::compile(&tools, &Settings { caller_approval: true, ..Settings::default() }).unwrap();
    let mut call = rules.call(rules.tool("read_file").unwrap());
    call.argument("path", path);
    let call = call.finish();
    rules.matched_patterns(&call).map(|(_, name)| u64::from_be_bytes(name)).collect()
}

/// Writes an audit file with calls of these subjects, tools and patterns.
fn audit<const N: usize>(demo: &Demo, format: impl Format, calls: [(&str, &str, Decision, &[u64]); N]) {
    let path = demo.path().join("audit.jsonl");
    let keys = Keys::parse("2026-11 0707070707070707070707070707070707070707070707070707070707070707").unwrap();
    let sink = FileSink::builder(&path, keys, format).queue(100, 0).open().unwrap();
    for (second, (subject, tool, decision, patterns)) in (0..).zip(calls) {
        let outcome = if decision == Decision::Allow { Outcome::Success } else { Outcome::Denied };
        let mut event = Event::new("tools/call", decision, outcome);
        event.time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_796_032_800 + second);
        (event.subject, event.tool, event.patterns) = (Some(subject), Some(tool), patterns);
        event.reason = (decision != Decision::Allow).then_some("insufficient_scope");
        sink.record(&event);
    }
}

#[test]
fn decides_about_events_by_their_patterns_and_says_what_they_leave_open() {
    let (key, other) = (names("/a.key"), names("/a.txt"));
    let calls: [(&str, &str, Decision, &[u64]); 7] = [
        ("ada", "read_file", Decision::Allow, &key),
        ("ada", "send_email", Decision::Allow, &[]),
        ("bob", "read_file", Decision::Allow, &other),
        // Another check has refused it.
        ("bob", "send_email", Decision::Challenge, &[]),
        ("bob", "send_email", Decision::Allow, &[]),
        ("bob", "run_query", Decision::Allow, &[]),
        ("bob", "write_file", Decision::Allow, &[]),
    ];
    let rows = [
        // When callers signed in is not recorded.
        (1, "unknown", "unknown"),
        (2, "deny", "blocked_after"),
        (3, "unknown", "unknown"),
        (5, "unknown", "unknown"),
        (6, "unknown", "unknown"),
        (7, "unknown", "unknown"),
    ];
    for is_ocsf in [false, true] {
        let demo = Demo::new();
        demo.write("document.json", DOCUMENT);
        if is_ocsf {
            audit(&demo, Ocsf::new().subjects(Subjects::Plain), calls);
        } else {
            audit(&demo, JsonLines::new().subjects(Subjects::Plain), calls);
        }
        let run = simulate(&demo, &["audit.jsonl", "--format", "json"]);
        assert_eq!(decisions(&run), expected(&rows), "{is_ocsf}");
        // Without the limit of sign-ins, the patterns decide.
        demo.write("document.json", DOCUMENT.replace("\"require_reauth_after_minutes\": 30", ""));
        let run = simulate(&demo, &["audit.jsonl", "--format", "json"]);
        let [mut first, second, mut third, mut fifth, sixth, mut seventh] = rows;
        (first.1, first.2, third.1, third.2, fifth.1, fifth.2) = ("allow", "", "allow", "", "allow", "");
        (seventh.1, seventh.2) = ("approve", "requires_approval_after");
        assert_eq!(decisions(&run), expected(&[first, second, third, fifth, sixth, seventh]), "{is_ocsf}");
    }
}

#[test]
fn does_not_guess_patterns_that_no_event_names() {
    let demo = Demo::new();
    demo.write("document.json", DOCUMENT.replace("\"require_reauth_after_minutes\": 30", ""));
    let calls: [(&str, &str, Decision, &[u64]); 2] =
        [("ada", "read_file", Decision::Allow, &[]), ("ada", "send_email", Decision::Allow, &[])];
    audit(&demo, JsonLines::new().subjects(Subjects::Plain), calls);
    let run = simulate(&demo, &["audit.jsonl", "--format", "json"]);
    assert_eq!(decisions(&run), expected(&[(1, "allow", ""), (2, "unknown", "unknown")]));
    let run = simulate(&demo, &["audit.jsonl"]);
    assert!(run.out.contains("does not say whether an earlier call matched a pattern"), "{}", run.out);
}
