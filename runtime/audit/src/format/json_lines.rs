//! JSON lines with the names of OpenTelemetry.

use crate::{
    event::{ErrorType, Event},
    format::sealed::Open,
    object::{Object, Rfc3339},
    seconds::Seconds,
    subject::{Party, Subjects},
};

/// Writes events as JSON objects of one level, one on each line.
///
/// The names are those of the semantic conventions of OpenTelemetry for MCP and generative AI (`mcp.*`, `gen_ai.*`), for users, clients
/// and errors, and those of its log records in JSON (`trace_id`, `span_id`, `trace_flags`). Where the conventions have no name, it begins
/// with `mcp_scopes.`. A member without a value is left out.
#[derive(Clone, Debug, Default)]
pub struct JsonLines {
    subjects: Subjects,
    service: Option<String>,
}

impl JsonLines {
    /// Creates the format. By default subjects are not written.
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

    /// Sets the name of the server, `service.name`.
    #[must_use]
    pub fn service(mut self, name: impl Into<String>) -> Self {
        self.service = Some(name.into());
        self
    }
}

impl Open for JsonLines {
    fn open(&self, event: &Event<'_>, out: &mut Vec<u8>) {
        let mut line = Object::open(out);
        line.shown("timestamp", Rfc3339(event.time));
        line.text("event.name", "mcp_scopes.decision");
        line.some_claim("service.name", self.service.as_deref());
        line.text("mcp.method.name", event.method);
        if event.method == "tools/call" {
            line.text("gen_ai.operation.name", "execute_tool");
        }
        line.some("gen_ai.tool.name", event.tool);
        line.some("mcp.protocol.version", event.protocol_version);
        line.text("network.transport", event.transport.as_str());
        if let Some(peer) = event.peer {
            line.shown("client.address", peer.ip());
            line.number("client.port", peer.port());
        }
        if let Some(trace) = &event.trace {
            line.text("trace_id", trace.trace_id());
            line.text("span_id", trace.span_id());
            line.text("trace_flags", trace.flags());
        }
        match event.error() {
            None => {}
            Some(ErrorType::Word(word)) => line.text("error.type", word),
            Some(ErrorType::Code(code)) => line.shown("error.type", code),
        }
        if let Some(code) = event.status_code {
            line.shown("rpc.response.status_code", code);
        }
        line.text("mcp_scopes.decision", event.decision.as_str());
        line.text("mcp_scopes.outcome", event.outcome.as_str());
        line.some("mcp_scopes.reason", event.reason);
        line.some("mcp_scopes.rule", event.rule);
        line.hashes("mcp_scopes.patterns", event.patterns);
        line.list("mcp_scopes.entries", event.entries);
        line.some("mcp_scopes.approval", event.approval.map(crate::Approval::as_str));
        line.some("mcp_scopes.risk", event.risk.map(mcp_scopes_model::Risk::as_str));
        line.list("mcp_scopes.scopes.needed", event.needed);
        line.list("mcp_scopes.scopes.missing", event.missing);
        line.some("mcp_scopes.environment", event.environment.map(mcp_scopes_model::Environment::as_str));
        line.some_claim("mcp_scopes.issuer", event.issuer);
        self.identities(event, &mut line);
        line.number("mcp_scopes.duration", Seconds(event.duration));
        if let Some(aggregate) = event.aggregate {
            line.text("mcp_scopes.aggregate", aggregate.as_str());
            line.number("mcp_scopes.count", event.count);
        }
        line.open_last("mcp_scopes.chain").leave_open();
    }
}

impl JsonLines {
    fn identities(&self, event: &Event<'_>, line: &mut Object<'_>) {
        line.some_claim("mcp_scopes.client", event.client);
        let [subject, actor] = self.subjects.parties(event);
        match subject {
            None => {}
            Some(Party::Stated(subject)) => line.claim("user.id", subject),
            Some(Party::Hashed(digits)) => line.digits("user.hash", &digits),
        }
        match actor {
            None => {}
            Some(Party::Stated(actor)) => line.claim("mcp_scopes.actor", actor),
            Some(Party::Hashed(digits)) => line.digits("mcp_scopes.actor.hash", &digits),
        }
        if let Some(session) = self.subjects.session(event) {
            line.digits("mcp_scopes.session", &session);
        }
    }
}
