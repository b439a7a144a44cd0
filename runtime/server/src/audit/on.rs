//! Records events.
//!
//! | module | holds |
//! |---|---|
//! | `process` | events without HTTP |

mod process;

use core::{
    fmt,
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
};
use std::{
    sync::Arc,
    time::{Instant, SystemTime},
};

use http::{Extensions, HeaderMap, request::Parts};
use mcp_scopes::{__private::v1, Denied, Environment, ScopeTable, ToolHandle};
use mcp_scopes_audit::{AuditSink, Decision, Event, Outcome, Slot, TraceContext};

pub(crate) use self::process::ProcessAuditor;
pub use self::process::ProcessRecord;
use super::{
    super::{
        Claims,
        authorize::called_tool,
        message::{Content, Kind, Message},
        outcome::{CallOutcome, Observer},
        rejection::Rejection,
        requester::Requester,
        trace::known_method,
    },
    reason::Verdict,
};

/// Methods whose calls are events even if they are allowed: those that do or read something.
const AUDITED: [&str; 10] = [
    "completion/complete",
    "prompts/get",
    "resources/read",
    "resources/subscribe",
    "subscriptions/listen",
    "tasks/cancel",
    "tasks/get",
    "tasks/result",
    "tasks/update",
    "tools/call",
];
/// The revisions of the protocol. Other values are client input.
const REVISIONS: [&str; 5] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];

/// Returns the address of the peer from the extensions of a request.
pub(crate) type PeerOf = Box<dyn Fn(&Extensions) -> Option<SocketAddr> + Send + Sync>;

/// Records events, if there is a sink.
pub(crate) struct Auditor {
    pub(crate) table: &'static ScopeTable,
    pub(crate) sink: Option<Arc<dyn AuditSink>>,
    pub(crate) peer: Option<PeerOf>,
}

/// What is known when a request arrives. Nothing without a sink.
pub(crate) struct Received {
    facts: Option<Facts>,
    /// Whether the rejection of the request is recorded.
    is_recorded: AtomicBool,
}

/// Places for the events of calls, one for each message.
pub(crate) struct Places(Vec<Slot>);

/// What the policies note about the calls of a body for its events: nothing without a sink.
#[derive(Debug, Default)]
pub(crate) struct Trail(Option<Box<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    session: Option<[u8; 32]>,
    /// The pattern that decided.
    rule: Option<String>,
    /// The names of the matched patterns, with the number of the message that matched them.
    patterns: Vec<(usize, u64)>,
}

/// Calls of one body whose outcome is not recorded.
struct Calls {
    sink: Arc<dyn AuditSink>,
    facts: Facts,
    claims: Option<Arc<Claims>>,
    environment: Environment,
    noted: Option<Box<Noted>>,
    /// By the number of the message.
    open: Vec<Option<Call>>,
}

/// What all calls of a request share.
#[derive(Clone, Copy)]
struct Facts {
    time: SystemTime,
    start: Instant,
    peer: Option<SocketAddr>,
    /// What the headers state.
    revision: Option<&'static str>,
    trace: Option<TraceContext>,
}

/// What is recorded about a call.
struct Call {
    method: &'static str,
    tool: Option<ToolHandle>,
    revision: Option<&'static str>,
    trace: Option<TraceContext>,
    slot: Slot,
}

/// Returns why the scopes of a requester do not open a call of a tool.
fn denied(tool: ToolHandle, requester: &Requester) -> Option<Denied> {
    #[cfg(feature = "policies")]
    if let Some(unmet) = requester.unmet.filter(|unmet| unmet.tool() == Some(tool)) {
        return Some(unmet);
    }
    let (caller, name) = (&requester.caller, tool.tool().name);
    if v1::caller_reaches(caller, name) { None } else { caller.authorize(name).err() }
}

impl Auditor {
    /// Collects what is known before the body is read.
    pub(crate) fn receive(&self, parts: &Parts) -> Received {
        let facts = self.sink.as_ref().map(|_| Facts {
            time: SystemTime::now(),
            start: Instant::now(),
            peer: self.peer.as_ref().and_then(|peer| peer(&parts.extensions)),
            revision: text(&parts.headers, "mcp-protocol-version").and_then(revision),
            trace: text(&parts.headers, "traceparent").and_then(TraceContext::parse),
        });
        Received { facts, is_recorded: AtomicBool::new(false) }
    }

    /// Returns what the policies note about the calls of a request.
    pub(crate) fn trail(&self) -> Trail {
        Trail(self.sink.as_ref().map(|_| Box::default()))
    }

    /// Reserves places for the events of the calls of a body.
    ///
    /// # Errors
    /// 503: the event of a call could not be written.
    pub(crate) fn reserve(&self, content: &Content<'_>) -> Result<Places, Rejection> {
        let Some(sink) = &self.sink else { return Ok(Places(Vec::new())) };
        let slots = content.messages().iter().map(|message| {
            let Some(tool) = called_tool(self.table, message) else { return Ok(Slot::none()) };
            sink.reserve(tool.tool().risk).map_err(|_| {
                let rejection = Rejection::unaudited();
                super::super::authorize::reply_to(self.table, message, rejection)
            })
        });
        slots.collect::<Result<Vec<Slot>, Rejection>>().map(Places)
    }

    /// Records that a request is rejected, once: an event for each of its messages, or one if it has none or none was read.
    pub(crate) fn deny(
        &self,
        received: &Received,
        content: &Content<'_>,
        requester: Option<&Requester>,
        rejection: &Rejection,
    ) {
        let (Some(sink), Some(facts)) = (&self.sink, &received.facts) else { return };
        if received.is_recorded.swap(true, Ordering::AcqRel) {
            return;
        }
        let verdict = Verdict::of(rejection);
        let claims = requester.and_then(|requester| requester.credential.as_ref()).map(|held| &*held.claims);
        let requests = content.messages().iter().enumerate().filter(|(_, message)| message.kind != Kind::Response);
        let calls = requests
            .map(|(number, message)| (number, Call::new(message, called_tool(self.table, message), Slot::none())));
        let mut calls: Vec<(usize, Call)> = calls.collect();
        if calls.is_empty() {
            calls.push((0, Call::UNREAD));
        }
        let noted = requester.and_then(|requester| requester.trail.0.as_deref());
        for (number, call) in &calls {
            let patterns = noted.map(|noted| noted.patterns_of(*number)).unwrap_or_default();
            let denied = call.tool.zip(requester).and_then(|(tool, requester)| denied(tool, requester));
            let missing: Vec<&str> = denied.iter().flat_map(Denied::missing).collect();
            let mut needed = call.needed();
            // Those of conditions.
            for scope in denied.iter().flat_map(Denied::missing) {
                if !needed.contains(&scope) {
                    needed.push(scope);
                }
            }
            let mut event = call.event(facts, claims, &needed);
            (event.decision, event.outcome) = (verdict.decision, Outcome::Denied);
            event.reason = Some(verdict.reason);
            event.patterns = &patterns;
            event.session = noted.and_then(|noted| noted.session.as_ref());
            event.rule = noted.and_then(|noted| noted.rule.as_deref());
            event.status_code = Some(rejection.code());
            event.missing = &missing;
            event.environment = requester.map(|requester| requester.caller.environment());
            sink.record(&event);
        }
    }

    /// Returns what records the outcome of the calls of an admitted request.
    pub(crate) fn open(
        &self,
        received: &Received,
        content: &Content<'_>,
        requester: &mut Requester,
        places: Places,
    ) -> Option<Box<dyn Observer>> {
        let (sink, facts) = (self.sink.as_ref()?, received.facts?);
        let mut slots = places.0.into_iter();
        let calls = content.messages().iter().map(|message| {
            let slot = slots.next().unwrap_or(Slot::none());
            let is_audited = AUDITED.contains(&&*message.method);
            is_audited.then(|| Call::new(message, called_tool(self.table, message), slot))
        });
        let open: Vec<Option<Call>> = calls.collect();
        if open.iter().all(Option::is_none) {
            return None;
        }
        Some(Box::new(Calls {
            sink: Arc::clone(sink),
            facts,
            claims: requester.credential.as_ref().map(|credential| Arc::clone(&credential.claims)),
            environment: requester.caller.environment(),
            noted: requester.trail.0.take(),
            open,
        }))
    }
}

#[cfg(feature = "policies")]
impl Trail {
    /// Returns whether events are recorded.
    pub(crate) const fn is_kept(&self) -> bool {
        self.0.is_some()
    }

    /// Notes the session that decides.
    pub(crate) fn note_session(&mut self, key: &[u8; 32]) {
        if let Some(noted) = &mut self.0 {
            noted.session = Some(*key);
        }
    }

    /// Notes the pattern that decided against the calls.
    pub(crate) fn note_rule(&mut self, pattern: Option<&str>) {
        if let Some(noted) = &mut self.0 {
            noted.rule = pattern.map(str::to_owned);
        }
    }

    /// Notes the name of a pattern that a message matches.
    pub(crate) fn note_pattern(&mut self, message: usize, name: [u8; 8]) {
        if let Some(noted) = &mut self.0 {
            noted.patterns.push((message, u64::from_be_bytes(name)));
        }
    }
}

impl Noted {
    fn patterns_of(&self, message: usize) -> Vec<u64> {
        self.patterns.iter().filter(|(number, _)| *number == message).map(|(_, name)| *name).collect()
    }
}

impl fmt::Debug for Auditor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auditor").field("has_sink", &self.sink.is_some()).finish_non_exhaustive()
    }
}

impl Call {
    /// In place of messages that were not read.
    const UNREAD: Self = Self { method: "unread", tool: None, revision: None, trace: None, slot: Slot::none() };

    fn new(message: &Message<'_>, tool: Option<ToolHandle>, slot: Slot) -> Self {
        Self {
            method: known_method(&message.method).unwrap_or("unknown"),
            tool,
            revision: message.params.version.as_deref().and_then(revision),
            trace: message.params.traceparent.as_deref().and_then(TraceContext::parse),
            slot,
        }
    }

    /// Returns the scopes of all alternatives that open the tool.
    fn needed(&self) -> Vec<&'static str> {
        let mut needed = Vec::new();
        for scope in self.tool.iter().flat_map(ToolHandle::alternatives).flatten() {
            if !needed.contains(&scope) {
                needed.push(scope);
            }
        }
        needed
    }

    /// Returns an event with what is known before the outcome.
    fn event<'e>(&self, facts: &Facts, claims: Option<&'e Claims>, needed: &'e [&'e str]) -> Event<'e> {
        let mut event = Event::new(self.method, Decision::Allow, Outcome::Success);
        event.time = facts.time;
        event.duration = facts.start.elapsed();
        event.peer = facts.peer;
        event.protocol_version = self.revision.or(facts.revision);
        // What the message states has precedence over the headers (OpenTelemetry, "Context propagation" of MCP).
        event.trace = self.trace.or(facts.trace);
        event.tool = self.tool.map(|tool| tool.tool().name);
        event.risk = self.tool.map(|tool| tool.tool().risk);
        event.needed = needed;
        event.issuer = claims.map(Claims::issuer);
        event.subject = claims.and_then(Claims::subject);
        event.client = claims.and_then(Claims::client);
        event.actor = claims.and_then(|claims| claims.claim("act")?.get("sub")?.as_str());
        event
    }
}

impl Observer for Calls {
    fn observes(&self, number: usize) -> bool {
        self.open.get(number).is_some_and(Option::is_some)
    }

    fn settle(&mut self, number: usize, outcome: CallOutcome, code: Option<i32>) {
        if let Some(call) = self.open.get_mut(number).and_then(Option::take) {
            self.record(number, &call, recorded(outcome), code);
        }
    }
}

impl Calls {
    fn record(&self, number: usize, call: &Call, outcome: Outcome, code: Option<i32>) {
        let needed = call.needed();
        let mut event = call.event(&self.facts, self.claims.as_deref(), &needed);
        event.outcome = outcome;
        event.status_code = code;
        event.environment = Some(self.environment);
        let patterns = self.noted.as_ref().map(|noted| noted.patterns_of(number)).unwrap_or_default();
        event.patterns = &patterns;
        event.session = self.noted.as_ref().and_then(|noted| noted.session.as_ref());
        event.slot = Some(&call.slot);
        self.sink.record(&event);
    }
}

impl Drop for Calls {
    fn drop(&mut self) {
        for number in 0..self.open.len() {
            self.settle(number, CallOutcome::Abandoned, None);
        }
    }
}

/// Returns an outcome as an event states it.
const fn recorded(outcome: CallOutcome) -> Outcome {
    match outcome {
        CallOutcome::Complete => Outcome::Success,
        CallOutcome::ToolError => Outcome::ToolError,
        CallOutcome::Error => Outcome::Error,
        CallOutcome::Abandoned => Outcome::Abandoned,
        CallOutcome::Denied => Outcome::Denied,
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn revision(text: &str) -> Option<&'static str> {
    REVISIONS.into_iter().find(|known| *known == text)
}
