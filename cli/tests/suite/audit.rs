//! `mcp-scopes audit`: verifies and shows the files of an audit sink.

use std::{fs, path::Path};

use mcp_scopes_audit::{
    AuditSink as _, Decision, Event, FaultKind, FileSink, Format, JsonLines, Keys, Ocsf, Outcome, Risk, Subjects,
};
use proptest::prelude::*;

use crate::support::{Demo, Run};

const KEYS: &str = "# of the file server\n2026-11 0707070707070707070707070707070707070707070707070707070707070707\n";

/// Writes events to a file, and its head beside it.
fn write<'e>(path: &Path, format: impl Format, events: impl IntoIterator<Item = Event<'e>>) {
    let sink = FileSink::builder(path, Keys::parse(KEYS).unwrap(), format).queue(10_000, 0).open().unwrap();
    for event in events {
        sink.record(&event);
    }
}

/// Returns the text of a file with that many events.
pub(crate) fn lines(count: usize) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    write(&path, JsonLines::new(), events().into_iter().cycle().filter(|event| event.client.is_some()).take(count));
    fs::read_to_string(path).unwrap()
}

fn events() -> [Event<'static>; 4] {
    let at = |second: &str| format!("2026-11-30T08:00:{second}Z").parse::<jiff::Timestamp>().unwrap().into();
    let event = |tool, decision, outcome, second| {
        let mut event = Event::new("tools/call", decision, outcome);
        (event.tool, event.time, event.issuer) = (Some(tool), at(second), Some("https://auth.example.com"));
        (event.client, event.subject) = (Some("editor"), Some("ada"));
        event
    };
    let mut read = event("read_file", Decision::Allow, Outcome::Success, "01");
    read.risk = Some(Risk::Low);
    let mut send = event("send_email", Decision::Deny, Outcome::Denied, "02");
    (send.risk, send.reason, send.rule) = (Some(Risk::High), Some("blocked_after"), Some("read_file:*.pem"));
    let mut hostile = event("run", Decision::Allow, Outcome::ToolError, "03");
    (hostile.risk, hostile.subject) = (Some(Risk::Critical), Some("bob\u{1b}[31m\n\u{202e}"));
    let mut anonymous = Event::new("tools/call", Decision::Challenge, Outcome::Denied);
    (anonymous.reason, anonymous.time) = (Some("unauthenticated"), at("00"));
    [read, send, hostile, anonymous]
}

fn demo(format: impl Format) -> Demo {
    let demo = Demo::new();
    demo.write("audit.keys", KEYS);
    write(&demo.path().join("audit.jsonl"), format, events());
    demo
}

fn verify(demo: &Demo, more: &[&str]) -> Run {
    demo.run(&[&["audit", "verify", "audit.jsonl", "--key-file", "audit.keys"], more].concat())
}

#[test]
fn verifies_a_file_with_its_head() {
    let demo = demo(JsonLines::new());
    let run = verify(&demo, &[]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "events 1 to 4 are as they were written\n", ""));
    let run = demo.run(&["audit", "verify", "audit.jsonl"]);
    assert!(run.code == 0 && run.err.contains("without `--key-file`, only the numbers"), "{run:?}");
    let run = demo.run_with(&["audit", "verify", "-", "--key-file", "audit.keys"], &demo.read("audit.jsonl"));
    assert!(run.code == 0 && run.err.contains("without a head, lines that are missing at the end"), "{run:?}");
}

#[test]
fn says_which_events_are_in_other_files() {
    let demo = demo(JsonLines::new());
    let path = demo.path().join("audit.jsonl");
    let sink = FileSink::builder(path, Keys::parse(KEYS).unwrap(), JsonLines::new()).max_size(1).open().unwrap();
    sink.record(&events()[0]);
    drop(sink);
    let run = verify(&demo, &[]);
    assert_eq!((run.code, run.out.as_str()), (0, "event 5 is as it was written\n"), "{run:?}");
    assert!(run.err.contains("note: events 1 to 4 are in files that were not named"), "{run:?}");
    let all = ["audit", "verify", "audit.jsonl.000000000001", "audit.jsonl", "--key-file", "audit.keys"];
    let run = demo.run(&all);
    assert_eq!((run.out.as_str(), run.err.as_str()), ("events 1 to 5 are as they were written\n", ""), "{run:?}");
}

#[test]
fn reports_the_line_and_the_fault() {
    let demo = demo(JsonLines::new());
    let text = demo.read("audit.jsonl");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for (changed, code, message) in [
        (
            text.replace("\"deny\"", "\"allow\""),
            1,
            "`audit.jsonl`: line 2: event 2 was changed, or another line was put in its place [audit-changed]",
        ),
        (
            [lines[0], lines[2], lines[3]].concat(),
            1,
            "`audit.jsonl`: line 2: event 2 is missing before this line [audit-removed]",
        ),
        (
            [lines[0], lines[2], lines[1], lines[3]].concat(),
            1,
            "line 2: event 3 was moved or repeated; event 2 belongs here [audit-moved]",
        ),
        (
            lines[..2].concat(),
            1,
            "the file ends with event 2, and the head states that event 4 was written [audit-cut-off]",
        ),
        (String::new(), 1, "the file ends with event 0, and the head states that event 4 was written [audit-cut-off]"),
        (text.trim_end().to_owned(), 1, "line 4: the last line has no end [audit-incomplete]"),
        (format!("{text}x\n"), 1, "line 5: the line has no sequence number and no code [audit-malformed]"),
        (format!("{text}{}", "x".repeat(300_000)), 1, "line 5: the line is longer than 262144 bytes [audit-too-long]"),
        (text.replace("2026-11\"", "2026-12\""), 2, "line 1: the key `2026-12` is missing [audit-unknown-key]"),
    ] {
        demo.write("audit.jsonl", changed);
        let run = verify(&demo, &[]);
        assert!(run.code == code && run.err.contains(message) && run.err.contains("help: "), "{message}: {run:?}");
    }
    demo.write("audit.jsonl", &text)
        .write("other.head", demo.read("audit.jsonl.head").replace("\"seq\":4", "\"seq\":3"));
    let run = verify(&demo, &["--head", "other.head"]);
    assert!(run.code == 1 && run.err.contains("the head does not belong to these lines [audit-head]"), "{run:?}");
    for (arguments, message) in [
        (&["--head", "audit.keys"][..], "`audit.keys` is not the head of an audit file"),
        (&["--head", "none"], "cannot read `none`"),
        (&["none"], "[audit-unreadable]"),
        (&["."], "[audit-unreadable]"),
    ] {
        let run = verify(&demo, arguments);
        assert!(run.code == 2 && run.err.contains(message), "{run:?}");
    }
    demo.write("audit.keys", "secret-words");
    let run = verify(&demo, &[]);
    assert!(run.code == 2 && run.err.contains("line 1: a key is not an id") && !run.err.contains("secret"), "{run:?}");
}

#[test]
fn explains_each_fault() {
    let demo = Demo::new();
    for (id, summary, _) in FaultKind::ALL {
        let run = demo.run(&["explain", id]);
        assert!(run.code == 0 && run.out.contains(summary) && run.out.contains("`audit verify`"), "{run:?}");
    }
}

#[test]
fn shows_a_table_of_both_forms() {
    let subjects = || Subjects::Plain;
    for demo in [demo(JsonLines::new().subjects(subjects())), demo(Ocsf::new().subjects(subjects()))] {
        let run = demo.run(&["audit", "show", "audit.jsonl"]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
        let rows: Vec<Vec<&str>> = run.out.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[0], ["TIME", "DECISION", "OUTCOME", "RISK", "TOOL", "MS", "CLIENT", "SUBJECT", "REASON"]);
        assert_eq!(rows[1][..5], ["2026-11-30T08:00:01Z", "allow", "success", "low", "read_file"]);
        assert_eq!(rows[2][1..5], ["deny", "denied", "high", "send_email"]);
        assert_eq!(rows[2][7..], ["ada", "blocked_after:", "read_file:*.pem"]);
        assert!(rows[3].contains(&"bob\\u{1b}[31m\\n\\u{202e}"), "{run:?}");
        assert!(run.out.contains("unauthenticated (1 times)"), "{run:?}");
        assert_eq!(rows.len(), 5);
    }
}

#[test]
fn filters_events() {
    for demo in [demo(JsonLines::new().subjects(Subjects::Plain)), demo(Ocsf::new().subjects(Subjects::Plain))] {
        for (filter, count) in [
            (&["--tool", "send_email"][..], 1),
            (&["--decision", "allow"], 2),
            (&["--decision", "allow", "--outcome", "success"], 1),
            (&["--reason", "blocked_after"], 1),
            (&["--subject", "ada"], 2),
            (&["--client", "editor"], 3),
            (&["--risk", "high"], 2),
            (&["--since", "2026-11-30T08:00:02Z"], 2),
            (&["--since", "2026-11-30", "--until", "2026-11-30T08:00:02Z"], 2),
            (&["--until", "2026-11-30"], 0),
            (&["--session", "x"], 0),
            (&["--trace", "x"], 0),
            (&["--environment", "sandbox"], 0),
        ] {
            let run = demo.run(&[&["audit", "show", "audit.jsonl", "--format", "json"], filter].concat());
            assert_eq!((run.code, run.out.lines().count()), (0, count), "{filter:?}: {run:?}");
            let text = demo.read("audit.jsonl");
            assert!(run.out.lines().all(|line| text.lines().any(|other| other == line)));
        }
        for wrong in [["--risk", "huge"], ["--since", "yesterday"], ["--decision", "maybe"]] {
            assert_eq!(demo.run(&[&["audit", "show", "audit.jsonl"], &wrong[..]].concat()).code, 2);
        }
    }
}

#[test]
fn shows_what_is_readable_of_a_damaged_file() {
    let demo = demo(JsonLines::new());
    let text = demo.read("audit.jsonl");
    demo.write("audit.jsonl", format!("{{\"a\": 1}}\n{text}{}\n{text}", "[".repeat(10_000)));
    let run = demo.run(&["audit", "show", "audit.jsonl"]);
    assert!(run.code == 2 && run.err.contains("line 1 of `audit.jsonl` is not an event"), "{run:?}");
    assert_eq!(run.out.lines().count(), 9, "{run:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Any bytes lead to an exit code.
    #[test]
    fn any_bytes_lead_to_an_exit_code(bytes in proptest::collection::vec(any::<u8>(), 0..2000), place in 0_usize..1000) {
        let demo = demo(Ocsf::new());
        let mut text = demo.read("audit.jsonl").into_bytes();
        let place = place.min(text.len());
        text.splice(place..place, bytes);
        demo.write("audit.jsonl", text);
        for arguments in [&["audit", "verify", "audit.jsonl", "--key-file", "audit.keys"][..], &["audit", "show", "audit.jsonl"]] {
            let run = demo.run(arguments);
            prop_assert!((0..=2).contains(&run.code) && !run.err.contains("panicked"), "{run:?}");
        }
    }
}
