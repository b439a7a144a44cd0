//! API Activity of OCSF 1.8 (class 6003), with the profiles Security Control and Trace.

use std::time::{SystemTime, UNIX_EPOCH};

use mcp_scopes_model::Risk;

use crate::{
    event::{Decision, ErrorType, Event, Outcome},
    format::sealed::Open,
    object::Object,
    seconds::Seconds,
    subject::{Party, Subjects},
};

/// Writes events as API Activity of the Open Cybersecurity Schema Framework, one JSON object on each line.
///
/// The activity is `99` (Other), since what a tool does is not known. What the class has no attribute for is in `unmapped`.
#[derive(Clone, Debug, Default)]
pub struct Ocsf {
    subjects: Subjects,
    service: Option<String>,
}

impl Ocsf {
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

    /// Sets the name of the server, `api.service.name`.
    #[must_use]
    pub fn service(mut self, name: impl Into<String>) -> Self {
        self.service = Some(name.into());
        self
    }
}

impl Open for Ocsf {
    fn open(&self, event: &Event<'_>, out: &mut Vec<u8>) {
        let mut line = Object::open(out);
        line.number("activity_id", 99);
        line.text("activity_name", "Call");
        line.number("category_uid", 6);
        line.number("class_uid", 6003);
        line.number("type_uid", 600_399);
        line.number("time", milliseconds(event.time));
        line.number("duration", event.duration.as_millis());
        line.number("severity_id", severity(event));
        line.number("action_id", if event.decision.is_denied() { 2 } else { 1 });
        line.number("disposition_id", disposition(event));
        line.number("status_id", if event.outcome == Outcome::Success { 1 } else { 2 });
        match event.error() {
            None => {}
            Some(ErrorType::Word(word)) => line.text("status_code", word),
            Some(ErrorType::Code(code)) => line.shown("status_code", code),
        }
        line.some("status_detail", event.reason);
        if event.aggregate.is_some() {
            line.number("count", event.count);
        }
        if let Some(risk) = event.risk {
            line.number("risk_level_id", risk_level(risk));
        }
        line.object("metadata", |metadata| {
            metadata.text("version", "1.8.0");
            metadata.object("product", |product| {
                product.text("name", "mcp-scopes");
                product.text("vendor_name", "mcp-scopes");
                product.text("version", env!("CARGO_PKG_VERSION"));
            });
            metadata.list("profiles", &["security_control", "trace"]);
        });
        let [subject, actor] = self.subjects.parties(event);
        line.object("actor", |object| self.actor(event, subject, object));
        line.object("api", |api| {
            api.text("operation", event.method);
            api.some("version", event.protocol_version);
            if let Some(service) = &self.service {
                api.object("service", |object| object.claim("name", service));
            }
        });
        line.object("src_endpoint", |endpoint| match event.peer {
            Some(peer) => {
                endpoint.shown("ip", peer.ip());
                endpoint.number("port", peer.port());
            }
            None => endpoint.claim("svc_name", event.client.unwrap_or("mcp-client")),
        });
        if let Some(tool) = event.tool {
            line.objects("resources", |resource| {
                resource.text("name", tool);
                resource.text("type", "MCP tool");
            });
        }
        if let Some(trace) = &event.trace {
            line.object("trace", |object| {
                object.text("uid", trace.trace_id());
                object.text("flags", trace.flags());
            });
        }
        let mut rest = line.open_last("unmapped");
        unmapped(event, actor, &mut rest);
        rest.leave_open();
    }
}

impl Ocsf {
    /// Writes who called. The class requires an actor, and the actor at least one of its attributes.
    fn actor(&self, event: &Event<'_>, subject: Option<Party<'_>>, actor: &mut Object<'_>) {
        if let Some(subject) = subject {
            actor.object("user", |user| user.party("uid", subject));
        }
        match event.client {
            Some(client) => actor.claim("app_uid", client),
            None => actor.text("app_name", "mcp-client"),
        }
        if let Some(issuer) = event.issuer {
            actor.object("idp", |idp| idp.claim("uid", issuer));
        }
        if let Some(session) = self.subjects.session(event) {
            actor.object("session", |object| object.digits("uid", &session));
        }
        actor.objects("authorizations", |authorization| {
            authorization.text("decision", event.decision.as_str());
            if let Some(name) = event.rule.or(event.reason) {
                authorization.object("policy", |policy| policy.text("name", name));
            }
        });
    }
}

/// Writes what the class has no attribute for.
fn unmapped(event: &Event<'_>, actor: Option<Party<'_>>, rest: &mut Object<'_>) {
    rest.text("outcome", event.outcome.as_str());
    rest.some("environment", event.environment.map(mcp_scopes_model::Environment::as_str));
    rest.some("risk", event.risk.map(Risk::as_str));
    rest.hashes("patterns", event.patterns);
    rest.list("entries", event.entries);
    rest.some("approval", event.approval.map(crate::Approval::as_str));
    rest.list("scopes_needed", event.needed);
    rest.list("scopes_missing", event.missing);
    if let Some(actor) = actor {
        rest.party("actor", actor);
    }
    rest.text("transport", event.transport.as_str());
    rest.number("duration_seconds", Seconds(event.duration));
    rest.some("parent_span", event.trace.as_ref().map(crate::TraceContext::span_id));
    rest.some("aggregate", event.aggregate.map(crate::Aggregate::as_str));
}

fn milliseconds(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()
}

/// Returns 1 (Informational) for what ran, 2 (Low) for what did not, and 3 (Medium) if its risk is high.
fn severity(event: &Event<'_>) -> u8 {
    match (event.decision.is_denied(), event.risk) {
        (false, _) => 1,
        (true, Some(Risk::High | Risk::Critical)) => 3,
        (true, _) => 2,
    }
}

/// Returns the disposition of the profile Security Control.
fn disposition(event: &Event<'_>) -> u8 {
    match (event.decision, event.outcome) {
        (Decision::Allow, Outcome::Error | Outcome::Abandoned) => 27,
        // It ran because a person approved it.
        (Decision::Allow, _) if event.approval.is_some() => 8,
        (Decision::Allow, _) => 1,
        (Decision::Deny, _) if event.issuer.is_none() => 26,
        (Decision::Deny, _) => 2,
        (Decision::Challenge, _) => 23,
        // The call waits for an approval.
        (Decision::Approve, _) => 14,
    }
}

fn risk_level(risk: Risk) -> u8 {
    match risk {
        Risk::Minimal => 0,
        Risk::Low => 1,
        Risk::Medium => 2,
        Risk::High => 3,
        Risk::Critical => 4,
    }
}
