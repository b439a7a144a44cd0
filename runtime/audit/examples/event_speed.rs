//! Prints what an audit event adds to a request, and the ratio to `serde_json::to_string` of the same values, all from one run:
//! `cargo run --release -p mcp-scopes-audit --example event_speed`.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a program that measures may panic")]

use std::{
    fmt::Write as _,
    hint::black_box,
    time::{Duration, Instant, UNIX_EPOCH},
};

use mcp_scopes_audit::{
    AuditSink, Decision, Event, FileSink, Format, JsonLines, Keys, Ocsf, Outcome, Risk, Subjects, TraceContext,
};
use serde::Serialize;

/// The number of events in a round: fewer than a queue has places.
const EVENTS: usize = 4_000;
const ROUNDS: usize = 15;
/// The most that a line may add to a request.
const MARK: Duration = Duration::from_micros(2);

fn main() {
    let event = event();
    let plain = || JsonLines::new().service("files").subjects(Subjects::Plain);
    compare(&plain(), &event);
    let folder = tempfile::tempdir().expect("a folder");
    let sink = |name: &str, format: JsonLines| {
        let keys = Keys::new("k", &[7; 32]).expect("a key");
        FileSink::builder(folder.path().join(name), keys, format)
            .max_size(8 << 20)
            .keep_files(1)
            .open()
            .expect("a file")
    };
    let hashed = sink("hashed", JsonLines::new().service("files").subjects(Subjects::hashed(&[9; 32])));
    let stated = sink("plain", plain());
    let (json, ocsf) = (plain(), Ocsf::new().service("files").subjects(Subjects::Plain));
    let mut times = [const { Vec::new() }; 5];
    for _ in 0..ROUNDS {
        // Interleaved, so that a busy machine slows all of them.
        times[0].push(each(|| stated.record(&event)));
        stated.flush().expect("written");
        times[1].push(each(|| hashed.record(&event)));
        hashed.flush().expect("written");
        times[2].push(each(|| drop(black_box(json.to_json(&event)))));
        times[3].push(each(|| drop(black_box(ocsf.to_json(&event)))));
        times[4].push(each(|| drop(black_box(serde_json::to_string(&Line::of(&event)).expect("JSON")))));
    }
    let [stated, hashed, json, ocsf, serde] = times.map(|mut times: Vec<f64>| {
        times.sort_unstable_by(f64::total_cmp);
        times[ROUNDS / 2]
    });
    println!("\naudit events of {} bytes\n", plain().to_json(&event).len());
    for (name, time) in [
        ("record, subjects plain", stated),
        ("record, subjects hashed", hashed),
        ("JSON line alone", json),
        ("OCSF line alone", ocsf),
        ("serde_json::to_string", serde),
    ] {
        println!("{name:<26} {time:>7.0} ns   {:>5.2} times serde_json::to_string", time / serde);
    }
    println!("\nmark: at most {} ns on the request's path", MARK.as_nanos());
}

/// Returns the nanoseconds of one call.
fn each(call: impl Fn()) -> f64 {
    let start = Instant::now();
    for _ in 0..EVENTS {
        call();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(u32::try_from(EVENTS).expect("few"))
}

/// An event with what a usual call has.
fn event() -> Event<'static> {
    let mut event = Event::new("tools/call", Decision::Allow, Outcome::Success);
    event.time = UNIX_EPOCH + Duration::from_micros(1_795_000_000_123_456);
    event.tool = Some("read_file");
    event.risk = Some(Risk::High);
    event.needed = &["files:read"];
    event.environment = Some(mcp_scopes_audit::Environment::Live);
    event.issuer = Some("https://auth.example.com/realms/files");
    event.subject = Some("5d1f2a3e-8a54-4c1d-9b0e-2f6f0d1c7a11");
    event.client = Some("editor");
    event.session = Some(&[0xab; 32]);
    event.duration = Duration::from_micros(1_234_567);
    event.protocol_version = Some("2026-07-28");
    event.peer = Some(([192, 0, 2, 7], 4711).into());
    event.trace = TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    event
}

/// The same values as a user would write them.
#[derive(Serialize)]
struct Line<'a> {
    timestamp: String,
    #[serde(rename = "event.name")]
    name: &'static str,
    #[serde(rename = "service.name")]
    service: &'static str,
    #[serde(rename = "mcp.method.name")]
    method: &'a str,
    #[serde(rename = "gen_ai.operation.name")]
    operation: &'static str,
    #[serde(rename = "gen_ai.tool.name")]
    tool: Option<&'a str>,
    #[serde(rename = "mcp.protocol.version")]
    version: Option<&'a str>,
    #[serde(rename = "network.transport")]
    transport: &'static str,
    #[serde(rename = "client.address")]
    address: Option<String>,
    #[serde(rename = "client.port")]
    port: Option<u16>,
    trace_id: Option<String>,
    span_id: Option<String>,
    trace_flags: Option<String>,
    #[serde(rename = "mcp_scopes.decision")]
    decision: &'static str,
    #[serde(rename = "mcp_scopes.outcome")]
    outcome: &'static str,
    #[serde(rename = "mcp_scopes.risk")]
    risk: Option<&'static str>,
    #[serde(rename = "mcp_scopes.scopes.needed")]
    needed: &'a [&'a str],
    #[serde(rename = "mcp_scopes.environment")]
    environment: Option<&'static str>,
    #[serde(rename = "mcp_scopes.issuer")]
    issuer: Option<&'a str>,
    #[serde(rename = "mcp_scopes.client")]
    client: Option<&'a str>,
    #[serde(rename = "user.id")]
    user: Option<&'a str>,
    #[serde(rename = "mcp_scopes.session")]
    session: Option<String>,
    #[serde(rename = "mcp_scopes.duration")]
    duration: f64,
    #[serde(rename = "mcp_scopes.chain")]
    chain: Chain,
}

#[derive(Serialize)]
struct Chain {}

impl<'a> Line<'a> {
    fn of(event: &Event<'a>) -> Self {
        Self {
            timestamp: TIMESTAMP.to_owned(),
            name: "mcp_scopes.decision",
            service: "files",
            method: event.method,
            operation: "execute_tool",
            tool: event.tool,
            version: event.protocol_version,
            transport: event.transport.as_str(),
            address: event.peer.map(|peer| peer.ip().to_string()),
            port: event.peer.map(|peer| peer.port()),
            trace_id: event.trace.map(|trace| trace.trace_id().to_owned()),
            span_id: event.trace.map(|trace| trace.span_id().to_owned()),
            trace_flags: event.trace.map(|trace| trace.flags().to_owned()),
            decision: event.decision.as_str(),
            outcome: event.outcome.as_str(),
            risk: event.risk.map(Risk::as_str),
            needed: event.needed,
            environment: event.environment.map(mcp_scopes_audit::Environment::as_str),
            issuer: event.issuer,
            client: event.client,
            user: event.subject,
            session: event.session.map(hex),
            duration: event.duration.as_secs_f64(),
            chain: Chain {},
        }
    }
}

/// Writes the second half of a hash.
fn hex(hash: &[u8; 32]) -> String {
    let mut text = String::new();
    for byte in hash.iter().skip(16) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Both write the time, but `serde_json` needs a text.
const TIMESTAMP: &str = "2026-11-18T11:06:40.123456Z";

fn compare(format: &JsonLines, event: &Event<'_>) {
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    let line = serde_json::to_string(&Line::of(event)).expect("JSON");
    assert_eq!(value(&format.to_json(event)), value(&line));
}
