//! Full queues, reserved places, counts, failed writes.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use mcp_scopes_audit::{
    AuditSink, Decision, Event, FileSink, Full, Head, JsonLines, Keys, Outcome, Risk, Slot, TracingSink, Transport,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::events::bare;

fn keys() -> Keys {
    Keys::new("k", &[7; 32]).unwrap()
}

fn anonymous(reason: &str) -> Event<'_> {
    let mut event = Event::new("tools/call", Decision::Challenge, Outcome::Denied);
    event.reason = Some(reason);
    event
}

fn lines(folder: &TempDir) -> Vec<Value> {
    let text = fs::read_to_string(folder.path().join("audit.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn counts(lines: &[Value], kind: &str) -> u64 {
    let counted = lines.iter().filter(|line| line["mcp_scopes.aggregate"] == kind);
    counted.map(|line| line["mcp_scopes.count"].as_u64().unwrap()).sum()
}

#[test]
fn counts_denials_without_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let sink = FileSink::builder(folder.path().join("audit.jsonl"), keys(), JsonLines::new()).open().unwrap();
    for _ in 0..1000 {
        sink.record(&anonymous("unauthenticated"));
    }
    sink.record(&anonymous("invalid_token"));
    // Reasons are ids, but a sink may receive anything.
    for number in 0..200 {
        sink.record(&anonymous(&format!("reason {number}")));
    }
    // Neither a public tool nor a caller with a token is counted.
    sink.record(&bare());
    let mut known = anonymous("insufficient_scope");
    known.client = Some("editor");
    sink.record(&known);
    // On stdio the caller is the process that started the server.
    let mut on_stdio = anonymous("blocked_after");
    on_stdio.transport = Transport::Stdio;
    sink.record(&on_stdio);
    drop(sink);
    let lines = lines(&folder);
    assert!(lines.len() < 70, "{}", lines.len());
    assert_eq!(counts(&lines, "anonymous"), 1201);
    let of = |reason: &str| {
        lines.iter().find(|line| line["mcp_scopes.reason"] == reason).unwrap()["mcp_scopes.count"].clone()
    };
    assert_eq!((of("unauthenticated"), of("invalid_token"), of("other")), (1000.into(), 1.into(), 138.into()));
    assert!(of("insufficient_scope").is_null() && of("blocked_after").is_null());
}

#[test]
fn writes_counts_after_the_interval() {
    let folder = tempfile::tempdir().unwrap();
    let builder = FileSink::builder(folder.path().join("audit.jsonl"), keys(), JsonLines::new());
    let sink = builder.interval(Duration::from_millis(20)).open().unwrap();
    sink.record(&anonymous("unauthenticated"));
    for _ in 0..500 {
        if fs::metadata(folder.path().join("audit.jsonl")).unwrap().len() > 0 {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(counts(&lines(&folder), "anonymous"), 1);
    drop(sink);
}

/// Every event is written or counted, whatever the size of the queue.
#[test]
fn loses_no_event_without_counting_it() {
    let folder = tempfile::tempdir().unwrap();
    let builder = FileSink::builder(folder.path().join("audit.jsonl"), keys(), JsonLines::new());
    let sink = builder.queue(16, 8).max_size(20_000).open().unwrap();
    let reserved = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    sink.record(&bare());
                    if let Ok(slot) = sink.reserve(Risk::High) {
                        let mut event = bare();
                        (event.risk, event.slot) = (Some(Risk::High), Some(&slot));
                        sink.record(&event);
                        reserved.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    drop(sink);
    let mut all = Vec::new();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if !["head", "lock"].contains(&path.extension().unwrap().to_str().unwrap()) {
            let text = fs::read_to_string(path).unwrap();
            all.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        }
    }
    let high = all.iter().filter(|line| line["mcp_scopes.risk"] == "high").count();
    assert_eq!(high, reserved.load(Ordering::Relaxed));
    let others = all.iter().filter(|line| line["mcp_scopes.aggregate"].is_null()).count() - high;
    assert_eq!(others as u64 + counts(&all, "overflow"), 2000);
}

#[test]
fn gives_places_back() {
    let folder = tempfile::tempdir().unwrap();
    let builder = FileSink::builder(folder.path().join("audit.jsonl"), keys(), JsonLines::new());
    let sink = Arc::new(builder.queue(4, 4).open().unwrap());
    let slots: Vec<Slot> = (0..4).map(|_| sink.reserve(Risk::Critical).unwrap()).collect();
    assert_eq!(sink.reserve(Risk::High).unwrap_err(), Full::Queue);
    // Calls of lower risk need no slot.
    assert!(sink.reserve(Risk::Medium).is_ok());
    drop(slots);
    let slot = sink.reserve(Risk::High).unwrap();
    let mut event = bare();
    event.slot = Some(&slot);
    sink.record(&event);
    // A slot is for one event.
    sink.record(&event);
    drop(slot);
    sink.flush().unwrap();
    let slots: Vec<Slot> = (0..4).map(|_| sink.reserve(Risk::High).unwrap()).collect();
    // A slot may outlive the sink.
    drop(sink);
    drop(slots);
    let lines = lines(&folder);
    assert_eq!((lines.len(), counts(&lines, "overflow")), (2, 1));
}

/// Two sinks that have one place each.
#[test]
fn passes_slots_to_both_sinks() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [one, two] = [&folders[0], &folders[1]].map(|folder| {
        FileSink::builder(folder.path().join("audit.jsonl"), keys(), JsonLines::new()).queue(1, 1).open().unwrap()
    });
    let both = (one, (TracingSink::new(), two));
    let slot = both.reserve(Risk::High).unwrap();
    assert!(both.reserve(Risk::High).is_err());
    let mut event = bare();
    event.slot = Some(&slot);
    both.record(&event);
    drop(both);
    for folder in &folders {
        assert!(lines(folder)[0]["mcp_scopes.aggregate"].is_null());
    }
}

/// A disk that is full: calls of high risk are refused, and the operator is told once.
#[cfg(target_os = "linux")]
#[test]
fn refuses_calls_while_the_disk_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let errors = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&errors);
    let sink = FileSink::builder(&path, keys(), JsonLines::new())
        .on_error(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        })
        .open()
        .unwrap();
    let slot = sink.reserve(Risk::High).unwrap();
    let mut event = bare();
    event.slot = Some(&slot);
    sink.record(&event);
    assert_eq!(sink.flush(), Err(Full::Write));
    assert_eq!(sink.flush(), Err(Full::Write));
    assert_eq!(sink.reserve(Risk::High).unwrap_err(), Full::Write);
    assert_eq!(errors.load(Ordering::Relaxed), 1);
    let head = fs::read_to_string(folder.path().join("audit.jsonl.head")).unwrap();
    assert_eq!(Head::parse(&head).unwrap().sequence(), 0);
}
