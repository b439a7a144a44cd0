//! What an event says about a call.

use core::net::SocketAddr;
use std::time::{Instant, SystemTime};

use mcp_scopes::{Caller, ScopeTable, ToolHandle};
use mcp_scopes_audit::{Decision, Event, Outcome, Slot, TraceContext};
use mcp_scopes_model::{Content as Entry, Risk};

use super::super::super::{
    Claims,
    authorize::{called_tool, is_read_method},
    contents::{self, UNSTATED_RISK},
    message::Message,
    trace::known_method,
};

/// The revisions of the protocol. Other values are client input.
const REVISIONS: [&str; 5] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];

/// What all calls of a request share.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    pub(super) time: SystemTime,
    pub(super) start: Instant,
    pub(super) peer: Option<SocketAddr>,
    /// What the headers state.
    pub(super) revision: Option<&'static str>,
    pub(super) trace: Option<TraceContext>,
}

/// What is recorded about a call.
pub(super) struct Call {
    pub(super) method: &'static str,
    pub(super) tool: Option<ToolHandle>,
    /// The entries of resources or prompts that decide.
    pub(super) entries: Vec<&'static Entry<'static>>,
    /// The policy that replaced the answer.
    pub(super) replaced_by: Option<&'static str>,
    pub(super) revision: Option<&'static str>,
    pub(super) trace: Option<TraceContext>,
    pub(super) slot: Slot,
}

impl Call {
    /// In place of messages that were not read.
    pub(super) const UNREAD: Self = Self {
        method: "unread",
        tool: None,
        entries: Vec::new(),
        replaced_by: None,
        revision: None,
        trace: None,
        slot: Slot::none(),
    };

    pub(super) fn new(
        message: &Message<'_>,
        table: &'static ScopeTable,
        entries: Vec<&'static Entry<'static>>,
    ) -> Self {
        Self {
            method: known_method(&message.method).unwrap_or("unknown"),
            tool: called_tool(table, message),
            entries,
            replaced_by: None,
            revision: message.params.version.as_deref().and_then(revision),
            trace: message.params.traceparent.as_deref().and_then(TraceContext::parse),
            slot: Slot::none(),
        }
    }

    /// Returns the risk of the tool, or the highest of the entries.
    fn risk(&self) -> Option<Risk> {
        self.tool.map(|tool| tool.tool().risk).or_else(|| contents::risk_of(&self.entries))
    }

    /// Returns the risk for which a place is reserved: of calls of tools, and of reads.
    pub(super) fn risk_to_reserve(&self) -> Option<Risk> {
        match self.tool {
            Some(tool) => Some(tool.tool().risk),
            None => is_read_method(self.method).then(|| self.risk().unwrap_or(UNSTATED_RISK)),
        }
    }

    pub(super) fn entry_names(&self) -> Vec<&'static str> {
        self.entries.iter().map(|entry| entry.name.text).collect()
    }

    /// Returns the scopes of the entries that do not admit a caller, as far as it does not hold them.
    pub(super) fn missing_of_entries(&self, caller: &Caller) -> Vec<&'static str> {
        let closed = self.entries.iter().filter(|entry| !contents::admits(caller, entry));
        contents::all_scopes(closed).into_iter().filter(|scope| !caller.grant().holds(scope)).collect()
    }

    /// Returns the scopes of all alternatives that open the tool, or of the entries.
    pub(super) fn needed(&self) -> Vec<&'static str> {
        let mut needed = contents::all_scopes(&self.entries);
        for scope in self.tool.iter().flat_map(ToolHandle::alternatives).flatten() {
            if !needed.contains(&scope) {
                needed.push(scope);
            }
        }
        needed
    }

    /// Returns an event with what is known before the outcome.
    pub(super) fn event<'e>(
        &self,
        facts: &Facts,
        claims: Option<&'e Claims>,
        needed: &'e [&'e str],
        entries: &'e [&'e str],
    ) -> Event<'e> {
        let mut event = Event::new(self.method, Decision::Allow, Outcome::Success);
        event.time = facts.time;
        event.duration = facts.start.elapsed();
        event.peer = facts.peer;
        event.protocol_version = self.revision.or(facts.revision);
        // What the message states has precedence over the headers (OpenTelemetry, "Context propagation" of MCP).
        event.trace = self.trace.or(facts.trace);
        event.tool = self.tool.map(|tool| tool.tool().name);
        event.risk = self.risk();
        event.entries = entries;
        event.needed = needed;
        event.issuer = claims.map(Claims::issuer);
        event.subject = claims.and_then(Claims::subject);
        event.client = claims.and_then(Claims::client);
        event.actor = claims.and_then(|claims| claims.claim("act")?.get("sub")?.as_str());
        event
    }
}

pub(super) fn revision(text: &str) -> Option<&'static str> {
    REVISIONS.into_iter().find(|known| *known == text)
}
