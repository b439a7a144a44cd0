//! What one decision and its outcome say. This is the whole list: an event has no token, no argument and no other claim.

use core::{net::SocketAddr, time::Duration};
use std::time::SystemTime;

use mcp_scopes_model::{Environment, Risk};

use crate::{sink::Slot, trace_context::TraceContext};

/// One call of a tool, or one other request: the decision about it, and how it ended.
///
/// ```
/// use mcp_scopes_audit::{Decision, Event, Outcome};
/// let mut event = Event::new("tools/call", Decision::Deny, Outcome::Denied);
/// event.tool = Some("send_email");
/// event.reason = Some("blocked_after");
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// When the request was received.
    pub time: SystemTime,
    /// The method, if the server knows it. Other names are client input.
    pub method: &'a str,
    /// The decision.
    pub decision: Decision,
    /// How the call ended.
    pub outcome: Outcome,
    /// The id of the reason, such as `insufficient_scope` or `blocked_after`.
    pub reason: Option<&'a str>,
    /// The rule of the scope table that decided, such as the pattern of a policy.
    pub rule: Option<&'a str>,
    /// Hashes of the policy patterns that the call matches.
    pub patterns: &'a [u64],
    /// The tool, if the scope table has it. Other names are client input.
    pub tool: Option<&'a str>,
    /// The entries of `[resources]` and `[prompts]` that decide about the call: names of the scope table, no client input.
    pub entries: &'a [&'a str],
    /// The risk of the tool, or the highest of the entries.
    pub risk: Option<Risk>,
    /// Who approved the call, if a policy asked for that.
    pub approval: Option<Approval>,
    /// The scopes that the call needs.
    pub needed: &'a [&'a str],
    /// Those of them that the caller does not hold.
    pub missing: &'a [&'a str],
    /// The environment of the caller.
    pub environment: Option<Environment>,
    /// The issuer of the token. `None` for an unauthenticated caller.
    pub issuer: Option<&'a str>,
    /// The subject of the token. [`Subjects`](crate::Subjects) says how it is written.
    pub subject: Option<&'a str>,
    /// The client of the token.
    pub client: Option<&'a str>,
    /// The actor: the subject of the claim `act` (RFC 8693 §4.1). It is written as subjects are.
    pub actor: Option<&'a str>,
    /// The key of the policy session. A keyed hash of it is written.
    pub session: Option<&'a [u8; 32]>,
    /// The time from the request to the end of the call.
    pub duration: Duration,
    /// The code of the JSON-RPC error, if there is one.
    pub status_code: Option<i32>,
    /// The revision of the protocol, if the server knows it.
    pub protocol_version: Option<&'a str>,
    /// The transport.
    pub transport: Transport,
    /// The address of the peer.
    pub peer: Option<SocketAddr>,
    /// The trace that the client states.
    pub trace: Option<TraceContext>,
    /// Why the event counts several calls, if it does. `duration` is then the time from the first to the last.
    pub aggregate: Option<Aggregate>,
    /// The number of calls that it counts.
    pub count: u64,
    /// The slot that was reserved for this event.
    pub slot: Option<&'a Slot>,
}

impl<'a> Event<'a> {
    /// Creates an event of now, in which all else is absent.
    #[must_use]
    pub fn new(method: &'a str, decision: Decision, outcome: Outcome) -> Self {
        Self {
            time: SystemTime::now(),
            method,
            decision,
            outcome,
            reason: None,
            rule: None,
            patterns: &[],
            tool: None,
            entries: &[],
            risk: None,
            approval: None,
            needed: &[],
            missing: &[],
            environment: None,
            issuer: None,
            subject: None,
            client: None,
            actor: None,
            session: None,
            duration: Duration::ZERO,
            status_code: None,
            protocol_version: None,
            transport: Transport::Http,
            peer: None,
            trace: None,
            aggregate: None,
            count: 1,
            slot: None,
        }
    }

    /// Returns whether it is about a caller without a token that was not admitted. Such events can be caused by anyone, so sinks may
    /// aggregate them. On stdio the caller is the process that started the server.
    #[must_use]
    pub fn is_anonymous_denial(&self) -> bool {
        let is_known = self.transport == Transport::Stdio;
        !is_known
            && self.issuer.is_none()
            && self.subject.is_none()
            && self.client.is_none()
            && self.decision.is_denied()
    }

    /// Returns the class of the error, as `error.type` of OpenTelemetry: the code of JSON-RPC, `tool_error`, or else the reason.
    pub(crate) fn error(&self) -> Option<ErrorType<'a>> {
        match (self.outcome, self.status_code) {
            (Outcome::Success, _) => None,
            (Outcome::ToolError, _) => Some(ErrorType::Word("tool_error")),
            (_, Some(code)) => Some(ErrorType::Code(code)),
            (outcome, None) => Some(ErrorType::Word(self.reason.unwrap_or(outcome.as_str()))),
        }
    }
}

/// The class of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorType<'a> {
    Code(i32),
    Word(&'a str),
}

/// The decision about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Decision {
    /// The call may run.
    Allow,
    /// The call may not run.
    Deny,
    /// The caller needs another token: more scopes, or a newer or stronger authentication.
    Challenge,
    /// A person must approve the call first.
    Approve,
}

impl Decision {
    /// Every decision.
    pub const ALL: [Self; 4] = [Self::Allow, Self::Deny, Self::Challenge, Self::Approve];

    /// Returns the name that is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Challenge => "challenge",
            Self::Approve => "approve",
        }
    }

    /// Returns whether the call does not run.
    #[must_use]
    pub const fn is_denied(self) -> bool {
        !matches!(self, Self::Allow)
    }
}

/// Who approved a call that a policy asks an approval for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Approval {
    /// The caller: the layer asked the user through the client, or an approver of the server says so.
    Caller,
    /// A person other than the caller.
    Reviewer,
}

impl Approval {
    /// Returns the name that is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Reviewer => "reviewer",
        }
    }
}

/// How a call ended. Each call has exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// The tool returned a result.
    Success,
    /// The tool returned a result with `isError`.
    ToolError,
    /// The server returned an error of JSON-RPC or HTTP.
    Error,
    /// The call was not forwarded.
    Denied,
    /// The response was dropped before its end, or the request before a decision. The reason is then `dropped`, and the call has not run.
    Abandoned,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 5] = [Self::Success, Self::ToolError, Self::Error, Self::Denied, Self::Abandoned];

    /// Returns the name that is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::ToolError => "tool_error",
            Self::Error => "error",
            Self::Denied => "denied",
            Self::Abandoned => "abandoned",
        }
    }
}

/// Why an event counts several calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Aggregate {
    /// Denials of callers without a token are counted.
    Anonymous,
    /// The queue of the sink was full.
    Overflow,
}

impl Aggregate {
    /// Returns the name that is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Overflow => "overflow",
        }
    }
}

/// How the request reached the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// HTTP.
    Http,
    /// Standard input and output of the process.
    Stdio,
}

impl Transport {
    /// Returns the name that OpenTelemetry gives it (`network.transport`).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "tcp",
            Self::Stdio => "pipe",
        }
    }
}
