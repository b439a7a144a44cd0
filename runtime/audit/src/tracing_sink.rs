//! [`TracingSink`]: events of `tracing`.

use std::borrow::Cow;

use mcp_scopes_model::{Environment, Risk};
use tracing::{Level, event};

use crate::{
    event::{Aggregate, Approval, ErrorType, Event},
    object::{Rfc3339, cut_claim},
    sink::{AuditSink, Full, Slot},
    subject::{Party, Subjects},
};

/// Sends each event to `tracing`: the target is `mcp_scopes::audit`, the level info for what ran and warn for what did not, the fields are
/// named as in [`JsonLines`](crate::JsonLines). It has no queue, so it refuses no call, and it counts nothing: each denial of a caller without
/// a token is an event. Limit them where the events are collected.
#[derive(Clone, Debug, Default)]
pub struct TracingSink {
    subjects: Subjects,
}

impl TracingSink {
    /// Creates the sink. By default subjects are not written.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how subjects and actors are written.
    #[must_use]
    pub fn subjects(mut self, subjects: Subjects) -> Self {
        self.subjects = subjects;
        self
    }
}

impl AuditSink for TracingSink {
    fn record(&self, event: &Event<'_>) {
        let [subject, actor] = self.subjects.parties(event);
        let (user, user_hash) = split(subject.as_ref());
        let (actor, actor_hash) = split(actor.as_ref());
        let [issuer, client] = [event.issuer, event.client].map(|text| text.map(cut_claim));
        let session = self.subjects.session(event);
        let session = session.as_ref().and_then(|digits| core::str::from_utf8(digits).ok());
        let error = event.error().map(|error| match error {
            ErrorType::Word(word) => word.to_owned(),
            ErrorType::Code(code) => code.to_string(),
        });
        let peer = event.peer;
        let list = |texts: &[&str]| (!texts.is_empty()).then(|| texts.join(" "));
        macro_rules! send {
            ($level:expr) => {
                event!(
                    name: "mcp_scopes.decision",
                    target: "mcp_scopes::audit",
                    $level,
                    timestamp = %Rfc3339(event.time),
                    mcp.method.name = event.method,
                    gen_ai.tool.name = event.tool,
                    mcp.protocol.version = event.protocol_version,
                    network.transport = event.transport.as_str(),
                    client.address = peer.map(|peer| tracing::field::display(peer.ip())),
                    client.port = peer.map(|peer| peer.port()),
                    trace_id = event.trace.as_ref().map(crate::TraceContext::trace_id),
                    span_id = event.trace.as_ref().map(crate::TraceContext::span_id),
                    error.type = error.as_deref(),
                    mcp_scopes.decision = event.decision.as_str(),
                    mcp_scopes.outcome = event.outcome.as_str(),
                    mcp_scopes.reason = event.reason,
                    mcp_scopes.rule = event.rule,
                    mcp_scopes.entries = list(event.entries).as_deref(),
                    mcp_scopes.approval = event.approval.map(Approval::as_str),
                    mcp_scopes.risk = event.risk.map(Risk::as_str),
                    mcp_scopes.scopes.needed = list(event.needed).as_deref(),
                    mcp_scopes.scopes.missing = list(event.missing).as_deref(),
                    mcp_scopes.environment = event.environment.map(Environment::as_str),
                    mcp_scopes.issuer = issuer.as_deref(),
                    user.id = user.as_deref(),
                    user.hash = user_hash,
                    mcp_scopes.client = client.as_deref(),
                    mcp_scopes.actor = actor.as_deref(),
                    mcp_scopes.actor.hash = actor_hash,
                    mcp_scopes.session = session,
                    mcp_scopes.duration = event.duration.as_secs_f64(),
                    mcp_scopes.aggregate = event.aggregate.map(Aggregate::as_str),
                    mcp_scopes.count = event.aggregate.map(|_| event.count),
                    "decision on a request"
                )
            };
        }
        if event.decision.is_denied() {
            send!(Level::WARN);
        } else {
            send!(Level::INFO);
        }
    }

    fn reserve(&self, _: Risk) -> Result<Slot, Full> {
        Ok(Slot::none())
    }
}

/// Returns a party as it is stated, or as its hash.
fn split<'p>(party: Option<&'p Party<'_>>) -> (Option<Cow<'p, str>>, Option<&'p str>) {
    match party {
        None => (None, None),
        Some(Party::Stated(text)) => (Some(cut_claim(text)), None),
        Some(Party::Hashed(digits)) => (None, core::str::from_utf8(digits).ok()),
    }
}
