//! Records events.
//!
//! | module | holds |
//! |---|---|
//! | `call` | what an event says about a call |
//! | `process` | events without HTTP |

mod call;
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
use mcp_scopes_audit::{Approval, AuditSink, Decision, Outcome, TraceContext};

use self::call::{Call, Facts, revision};
pub(crate) use self::process::ProcessAuditor;
pub use self::process::ProcessRecord;
use super::{
    super::{
        Claims,
        contents::Contents,
        message::{Content, Kind},
        outcome::{CallOutcome, Observer},
        rejection::Rejection,
        requester::Requester,
    },
    reason::Verdict,
};

/// Methods whose calls are events even if they are allowed: those that do or read something.
const AUDITED: [&str; 11] = [
    "completion/complete",
    "prompts/get",
    "resources/directory/read",
    "resources/read",
    "resources/subscribe",
    "subscriptions/listen",
    "tasks/cancel",
    "tasks/get",
    "tasks/result",
    "tasks/update",
    "tools/call",
];
/// The reason of calls whose request was dropped while it was decided. They have not run, although policies may have counted them.
const DROPPED: &str = "dropped";

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

/// The calls of a body that is being decided on, with places for their events. Dropping it records that the request was dropped: nothing
/// without a sink.
pub(crate) struct Places(Option<Box<Calls>>);

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
    /// Who approved which message.
    approvals: Vec<(usize, Approval)>,
}

/// Calls of one body whose outcome is not recorded.
struct Calls {
    sink: Arc<dyn AuditSink>,
    facts: Facts,
    claims: Option<Arc<Claims>>,
    environment: Environment,
    noted: Option<Box<Noted>>,
    /// Whether the calls may run.
    is_decided: bool,
    /// By the number of the message.
    open: Vec<Option<Call>>,
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
    pub(crate) fn reserve(
        &self,
        received: &Received,
        content: &Content<'_>,
        requester: &Requester,
    ) -> Result<Places, Rejection> {
        let (Some(sink), Some(facts)) = (&self.sink, received.facts) else { return Ok(Places(None)) };
        let reserved = content.messages().iter().map(|message| {
            if !AUDITED.contains(&&*message.method) {
                return Ok(None);
            }
            let mut call = Call::new(message, self.table, Contents::of(self.table).deciding_on(message));
            if let Some(risk) = call.risk_to_reserve() {
                call.slot = sink.reserve(risk).map_err(|_| {
                    let rejection = Rejection::unaudited();
                    super::super::authorize::reply_to(self.table, message, rejection)
                })?;
            }
            Ok(Some(call))
        });
        let open: Vec<Option<Call>> = reserved.collect::<Result<_, Rejection>>()?;
        if open.iter().all(Option::is_none) {
            return Ok(Places(None));
        }
        Ok(Places(Some(Box::new(Calls {
            sink: Arc::clone(sink),
            facts,
            claims: requester.credential.as_ref().map(|credential| Arc::clone(&credential.claims)),
            environment: requester.caller.environment(),
            noted: None,
            is_decided: false,
            open,
        }))))
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
        // URIs of callers who are not known are not compared once more.
        let known = requester.filter(|requester| !requester.is_anonymous());
        let calls = requests.map(|(number, message)| {
            let entries = known.map(|_| Contents::of(self.table).deciding_on(message)).unwrap_or_default();
            (number, Call::new(message, self.table, entries))
        });
        let mut calls: Vec<(usize, Call)> = calls.collect();
        if calls.is_empty() {
            calls.push((0, Call::UNREAD));
        }
        let noted = requester.and_then(|requester| requester.trail.0.as_deref());
        for (number, call) in &calls {
            let patterns = noted.map(|noted| noted.patterns_of(*number)).unwrap_or_default();
            let denied = call.tool.zip(requester).and_then(|(tool, requester)| denied(tool, requester));
            let mut missing: Vec<&str> = denied.iter().flat_map(Denied::missing).collect();
            if let Some(known) = known {
                missing.extend(call.missing_of_entries(&known.caller));
            }
            let (mut needed, entries) = (call.needed(), call.entry_names());
            // Those of conditions.
            for scope in denied.iter().flat_map(Denied::missing) {
                if !needed.contains(&scope) {
                    needed.push(scope);
                }
            }
            let mut event = call.event(facts, claims, &needed, &entries);
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
}

impl Places {
    /// Forgets the calls, which are denied. Their places are given back.
    pub(crate) fn cancel(mut self) {
        if let Some(calls) = &mut self.0 {
            calls.open.clear();
        }
    }

    /// Returns what records the outcome of the calls, which may run.
    pub(crate) fn open(self, requester: &mut Requester) -> Option<Box<dyn Observer>> {
        let mut calls = self.0?;
        (calls.noted, calls.is_decided) = (requester.trail.0.take(), true);
        Some(calls)
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

#[cfg(feature = "policies")]
impl Trail {
    /// Notes that a person approved a message.
    pub(crate) fn note_approval(&mut self, message: usize, by_reviewer: bool) {
        if let Some(noted) = &mut self.0 {
            noted.approvals.push((message, if by_reviewer { Approval::Reviewer } else { Approval::Caller }));
        }
    }
}

impl Noted {
    fn approval_of(&self, message: usize) -> Option<Approval> {
        self.approvals.iter().rev().find(|(number, _)| *number == message).map(|(_, approval)| *approval)
    }

    fn patterns_of(&self, message: usize) -> Vec<u64> {
        self.patterns.iter().filter(|(number, _)| *number == message).map(|(_, name)| *name).collect()
    }
}

impl fmt::Debug for Auditor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auditor").field("has_sink", &self.sink.is_some()).finish_non_exhaustive()
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

    #[cfg(feature = "policies")]
    fn replaced(&mut self, number: usize, reason: &'static str) {
        if let Some(Some(call)) = self.open.get_mut(number) {
            call.replaced_by = Some(reason);
        }
    }
}

impl Calls {
    fn record(&self, number: usize, call: &Call, outcome: Outcome, code: Option<i32>) {
        let (needed, entries) = (call.needed(), call.entry_names());
        let mut event = call.event(&self.facts, self.claims.as_deref(), &needed, &entries);
        event.outcome = outcome;
        event.reason = call.replaced_by;
        if !self.is_decided {
            (event.decision, event.reason) = (Decision::Deny, Some(DROPPED));
        }
        event.approval = self.noted.as_ref().and_then(|noted| noted.approval_of(number));
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
