//! Each change of a file is found, and the fault says which.

use std::fs;

use mcp_scopes_audit::{
    AuditSink as _, Event, Fault, FaultKind, FileSink, Format, Head, JsonLines, Keys, Ocsf, Verified, verify,
};
use proptest::prelude::*;

use crate::events::all;

fn keys() -> Keys {
    Keys::new("2026-11", &[7; 32]).unwrap()
}

/// Writes ten events, and returns the lines and the head.
fn written(format: impl Format) -> (Vec<String>, Head) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let sink = FileSink::builder(&path, keys(), format).open().unwrap();
    let events: Vec<Event<'_>> = all().filter(|event| !event.is_anonymous_denial()).take(10).collect();
    for event in &events {
        sink.record(event);
    }
    drop(sink);
    let text = fs::read_to_string(&path).unwrap();
    let head = Head::parse(&fs::read_to_string(folder.path().join("audit.jsonl.head")).unwrap()).unwrap();
    (text.lines().map(str::to_owned).collect(), head)
}

fn text(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

fn check(lines: &[String], head: Option<&Head>) -> Result<Verified, Fault> {
    let text = text(lines);
    verify(text.as_bytes(), Some(&keys()), head)
}

/// Returns the line and the kind of the fault.
fn fault(lines: &[String], head: &Head) -> String {
    let fault = check(lines, Some(head)).unwrap_err();
    format!("{} {:?}", fault.line, fault.kind)
}

#[test]
fn accepts_what_was_written() {
    for (lines, head) in [written(JsonLines::new()), written(Ocsf::new())] {
        assert_eq!(lines.len(), 10);
        let verified = check(&lines, Some(&head)).unwrap();
        assert_eq!(verified, Verified { lines: 10, first: 1, last: 10, after_head: 0 });
        for line in &lines {
            serde_json::from_str::<serde_json::Value>(line).unwrap();
        }
        // A file that does not begin with the first event cannot be verified without the end of the file before it.
        assert!(check(&lines[1..], Some(&head)).is_err());
    }
}

#[test]
fn names_the_line_that_was_changed_removed_moved_or_cut_off() {
    let (lines, head) = written(JsonLines::new());
    let with = |change: &dyn Fn(&mut Vec<String>)| {
        let mut changed = lines.clone();
        change(&mut changed);
        fault(&changed, &head)
    };
    assert_eq!(
        with(&|lines| lines[3] = lines[3].replace("deny", "allow").replace("denied", "success")),
        "4 Changed { sequence: 4 }"
    );
    assert_eq!(with(&|lines| drop(lines.remove(3))), "4 Removed { from: 4, to: 4 }");
    assert_eq!(with(&|lines| drop(lines.drain(3..6))), "4 Removed { from: 4, to: 6 }");
    assert_eq!(with(&|lines| drop(lines.remove(0))), "1 Removed { from: 1, to: 1 }");
    assert_eq!(with(&|lines| lines.swap(3, 4)), "4 Moved { expected: 4, found: 5 }");
    assert_eq!(with(&|lines| lines.insert(3, lines[1].clone())), "4 Moved { expected: 4, found: 2 }");
    assert_eq!(with(&|lines| lines.insert(3, "{}".to_owned())), "4 Malformed");
    assert_eq!(with(&|lines| lines.truncate(8)), "0 CutOff { last: 8, head: 10 }");
    assert_eq!(with(&|lines| lines.clear()), "0 CutOff { last: 0, head: 10 }");
    assert_eq!(with(&|lines| lines[9] = lines[9].replace("2026-11", "2026-12")), "10 UnknownKey(\"2026-12\")");
    // Without the head, lines that are cut off are not missed.
    assert!(check(&lines[..8], None).is_ok());
    // Without the keys, only the order is checked.
    let text = lines.join("\n").replace("deny", "allow");
    assert!(verify(format!("{text}\n").as_bytes(), None, None).is_ok());
    assert!(matches!(verify(text.as_bytes(), None, None).unwrap_err().kind, FaultKind::Incomplete));
}

/// Without the key, no head can be made of the lines that are left.
#[test]
fn rejects_a_head_made_without_the_key() {
    let (lines, head) = written(JsonLines::new());
    let shorter = {
        let last: serde_json::Value = serde_json::from_str(&lines[7]).unwrap();
        let chain = &last["mcp_scopes.chain"];
        let head_text =
            |mac: &str| format!("{{\"seq\":8,\"last_mac\":{},\"key\":\"2026-11\",\"mac\":{mac}}}", chain["mac"]);
        Head::parse(&head_text(&chain["mac"].to_string())).unwrap()
    };
    assert_eq!(fault(&lines[..8], &shorter), "0 Head");
    // Nor is the head of other lines accepted.
    let (others, _) = written(Ocsf::new());
    assert_eq!(fault(&others, &head), "10 Head");
    let other_key = Keys::new("2026-11", &[8; 32]).unwrap();
    let text = text(&lines);
    let kind = verify(text.as_bytes(), Some(&other_key), Some(&head)).unwrap_err().kind;
    assert!(matches!(kind, FaultKind::Changed { sequence: 1 }), "{kind:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A change of any byte is found, and so is the loss of any part.
    #[test]
    fn finds_any_change(place in 0_usize..4096, byte in 0_u8..=255, len in 1_usize..3000) {
        let (lines, head) = LINES.with(Clone::clone);
        let text = format!("{}\n", lines.join("\n")).into_bytes();
        let place = place * text.len() / 4096;
        let mut changed = text.clone();
        if changed[place] != byte {
            changed[place] = byte;
            prop_assert!(verify(&changed[..], Some(&keys()), Some(&head)).is_err());
        }
        let mut shorter = text.clone();
        shorter.drain(place..(place + len).min(text.len()));
        prop_assert!(verify(&shorter[..], Some(&keys()), Some(&head)).is_err());
    }

    /// No input makes it panic.
    #[test]
    fn never_panics(input in proptest::collection::vec(any::<u8>(), 0..400), end in "(\"previous\":\"[0-9a-f]{0,70}\",)?\"seq\":[0-9]{0,22},\"key\":\"[a-z]{0,70}\",\"mac\":\"[0-9a-f]{63,65}\"\\}\\}\n") {
        let _ = verify(&input[..], Some(&keys()), None);
        let line = [&input[..], end.as_bytes()].concat();
        let _ = verify(&line[..], Some(&keys()), None);
        let _ = Head::parse(&String::from_utf8_lossy(&input));
        let _ = Keys::parse(&String::from_utf8_lossy(&input));
    }
}

thread_local! {
    static LINES: (Vec<String>, Head) = written(JsonLines::new());
}
