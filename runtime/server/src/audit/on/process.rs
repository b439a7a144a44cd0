//! The same without HTTP: the caller is the process that started this one.

use core::fmt;
use std::{
    sync::Arc,
    time::{Instant, SystemTime},
};

use mcp_scopes::{Caller, Denied, Environment, Reason};
use mcp_scopes_audit::{AuditSink, Decision, Outcome, Slot, TraceContext, Transport};

use super::{
    super::{
        super::{
            contents::{Contents, Named},
            stdio::ProcessDenial,
        },
        reason,
    },
    AUDITED, Call, CallOutcome, Facts, Trail, recorded, revision,
};

/// Records the calls of the process that started this one, if there is a sink.
#[derive(Clone)]
pub(crate) struct ProcessAuditor(Option<Arc<dyn AuditSink>>);

/// The event of one request without HTTP. It is recorded once: when the request is denied, with its outcome, or as abandoned when this value is dropped.
#[derive(Default)]
pub struct ProcessRecord {
    pub(crate) trail: Trail,
    open: Option<Box<Open>>,
}

/// A request whose event is not recorded.
struct Open {
    sink: Arc<dyn AuditSink>,
    facts: Facts,
    call: Call,
    environment: Environment,
}

impl ProcessAuditor {
    /// Records nothing.
    pub(crate) const OFF: Self = Self(None);

    pub(crate) fn new(sink: impl AuditSink) -> Self {
        Self(Some(Arc::new(sink)))
    }

    /// Begins the event of a request. Revision and trace are what it states.
    pub(crate) fn open(
        &self,
        caller: &Caller,
        method: &'static str,
        tool: Option<&str>,
        stated_revision: Option<&str>,
        trace: Option<&str>,
    ) -> ProcessRecord {
        let Some(sink) = &self.0 else { return ProcessRecord::default() };
        let facts = Facts { time: SystemTime::now(), start: Instant::now(), peer: None, revision: None, trace: None };
        let call = Call {
            method,
            tool: tool.and_then(|name| caller.grant().table().tool(name)),
            entries: Vec::new(),
            replaced_by: None,
            revision: stated_revision.and_then(revision),
            trace: trace.and_then(TraceContext::parse),
            slot: Slot::none(),
        };
        let open = Open { sink: Arc::clone(sink), facts, call, environment: caller.environment() };
        ProcessRecord { trail: Trail(Some(Box::default())), open: Some(Box::new(open)) }
    }
}

impl ProcessRecord {
    /// Notes what a request names. Its entries decide.
    pub(crate) fn note_content(&mut self, contents: Contents, named: &Named<'_>) {
        if let Some(open) = &mut self.open {
            open.call.entries = contents.deciding(named);
        }
    }

    /// Notes that a policy replaced the answer.
    pub fn note_replaced(&mut self, reason: &'static str) {
        if let Some(open) = &mut self.open {
            open.call.replaced_by = Some(reason);
        }
    }

    /// Reserves a place for the event of a call or read that scopes allow.
    ///
    /// # Errors
    /// The event could not be written, so the call must not run.
    pub(crate) fn reserve(&mut self) -> Result<(), ProcessDenial> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let Some(risk) = open.call.risk_to_reserve() else { return Ok(()) };
        if let Ok(slot) = open.sink.reserve(risk) {
            open.call.slot = slot;
            return Ok(());
        }
        let denial = ProcessDenial::unaudited();
        self.deny(denial.reason, &[], None);
        Err(denial)
    }

    /// Records that scopes or the environment do not allow a call.
    pub fn deny_call(&mut self, denied: &Denied, code: i32) {
        let reason = match denied.reason() {
            Reason::MissingScopes => "insufficient_scope",
            Reason::NoCredentials => "unauthenticated",
            Reason::NotInSandbox => "environment",
            _ => "not_available",
        };
        let missing: Vec<&str> = denied.missing().collect();
        self.deny(reason, &missing, Some(code));
    }

    /// Records that a resource or prompt is not open to the caller. `needed` are the scopes that open it, none if nothing does.
    pub fn deny_content(&mut self, needed: &[&str], code: i32) {
        self.deny(if needed.is_empty() { "not_available" } else { "insufficient_scope" }, needed, Some(code));
    }

    /// Records that a tool does not take the arguments of a call.
    pub fn deny_arguments(&mut self, code: i32) {
        self.deny("not_available", &[], Some(code));
    }

    /// Records a denial with the id of its reason.
    pub(crate) fn deny(&mut self, reason: &str, missing: &[&str], code: Option<i32>) {
        let decision = if reason::is_approval(reason) { Decision::Approve } else { Decision::Deny };
        self.record(decision, Outcome::Denied, Some(reason), missing, code);
    }

    /// Records how a request ended, if such requests are recorded. `code` is that of the error.
    pub fn settle(&mut self, outcome: CallOutcome, code: Option<i32>) {
        if self.open.as_ref().is_some_and(|open| AUDITED.contains(&open.call.method)) {
            let reason = self.open.as_ref().and_then(|open| open.call.replaced_by);
            self.record(Decision::Allow, recorded(outcome), reason, &[], code);
        }
        self.open = None;
    }

    fn record(
        &mut self,
        decision: Decision,
        outcome: Outcome,
        reason: Option<&str>,
        missing: &[&str],
        code: Option<i32>,
    ) {
        let Some(open) = self.open.take() else { return };
        let noted = self.trail.0.as_deref();
        let (needed, entries) = (open.call.needed(), open.call.entry_names());
        let patterns = noted.map(|noted| noted.patterns_of(0)).unwrap_or_default();
        let mut event = open.call.event(&open.facts, None, &needed, &entries);
        event.transport = Transport::Stdio;
        (event.decision, event.outcome, event.reason) = (decision, outcome, reason);
        (event.missing, event.status_code) = (missing, code);
        event.environment = Some(open.environment);
        event.patterns = &patterns;
        event.session = noted.and_then(|noted| noted.session.as_ref());
        event.rule = noted.and_then(|noted| noted.rule.as_deref());
        event.slot = Some(&open.call.slot);
        open.sink.record(&event);
    }
}

impl Drop for ProcessRecord {
    fn drop(&mut self) {
        self.settle(CallOutcome::Abandoned, None);
    }
}

impl fmt::Debug for ProcessAuditor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessAuditor").field("has_sink", &self.0.is_some()).finish()
    }
}

impl fmt::Debug for ProcessRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessRecord").field("is_open", &self.open.is_some()).finish_non_exhaustive()
    }
}
