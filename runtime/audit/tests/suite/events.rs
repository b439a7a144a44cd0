//! Events with and without values.

use std::time::{Duration, UNIX_EPOCH};

use mcp_scopes_audit::{Approval, Decision, Environment, Event, Outcome, Risk, TraceContext};

/// An event in which nothing is absent.
pub(crate) fn full() -> Event<'static> {
    let mut event = Event::new("tools/call", Decision::Deny, Outcome::Denied);
    event.time = UNIX_EPOCH + Duration::from_micros(1_795_000_000_123_456);
    event.reason = Some("blocked_after");
    event.rule = Some("read_file:*.pem");
    event.patterns = &[0x0123_4567_89ab_cdef, 7];
    event.tool = Some("send_email");
    event.entries = &["app://h/*"];
    event.approval = Some(Approval::Reviewer);
    event.risk = Some(Risk::High);
    event.needed = &["mail:send", "mail:read"];
    event.missing = &["mail:send"];
    event.environment = Some(Environment::Live);
    event.issuer = Some("https://auth.example.com");
    event.subject = Some("ada \"the first\"\n");
    event.client = Some("editor");
    event.actor = Some("agent");
    event.session = Some(&[0xab; 32]);
    event.duration = Duration::from_micros(1_234_567);
    event.status_code = Some(-32_602);
    event.protocol_version = Some("2026-07-28");
    event.peer = Some("192.0.2.7:4711".parse().unwrap());
    event.trace = TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    event
}

/// An event in which everything is absent that can be.
pub(crate) fn bare() -> Event<'static> {
    let mut event = Event::new("tools/call", Decision::Allow, Outcome::Success);
    event.time = UNIX_EPOCH;
    event
}

/// Every decision with every outcome, with and without values.
pub(crate) fn all() -> impl Iterator<Item = Event<'static>> {
    [full(), bare()].into_iter().flat_map(|event| {
        Decision::ALL.into_iter().flat_map(move |decision| {
            Outcome::ALL.into_iter().map(move |outcome| {
                let mut event = event;
                (event.decision, event.outcome) = (decision, outcome);
                event
            })
        })
    })
}
