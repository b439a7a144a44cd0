//! Whether a message may go on, for this caller.

use mcp_scopes::{__private::v1, Caller, Challenge, Environment, Route, ToolHandle};

use super::{
    Discovery, Hidden, PolicyRefusal,
    access::Rule,
    message::{Era, Kind, Message},
    refusal::Refusal,
    server::Settings,
    trace::Step,
};

/// How the names of notifications begin.
const NOTIFICATIONS: &str = "notifications/";

/// Whether a message calls a tool.
pub(super) fn is_call(message: &Message<'_>) -> bool {
    message.method == "tools/call"
}

impl Settings {
    /// The answer for a call that a policy refuses.
    pub(super) fn refused(&self, refusal: &PolicyRefusal) -> Refusal {
        let challenge = v1::challenge_forbidden().description(refusal.reason());
        // Its text is of the policy's own making, and could hold anything.
        self.challenge(challenge, refusal.reason().to_owned()).at(Step::Policy)
    }

    /// Whether a caller may use what carries the protocol itself: handshake, list, streams.
    pub(super) fn enter(&self, caller: &Caller) -> Result<(), Refusal> {
        let open = match self.discovery {
            Discovery::Open => true,
            Discovery::Baseline => !caller.grant().is_anonymous(),
            Discovery::Filtered => !caller.grant().is_anonymous() || self.has_public,
        };
        if open { Ok(()) } else { Err(self.unauthorized()) }
    }

    /// Whether a POST of a caller without a token can succeed.
    pub(super) fn admits_anonymous_posts(&self) -> bool {
        self.discovery == Discovery::Open || self.has_public
    }

    /// Whether a message may go on.
    pub(super) fn admit(&self, caller: &Caller, message: &Message<'_>, era: Era) -> Result<(), Refusal> {
        if message.kind == Kind::Response {
            // Only servers before 2026-07-28 send requests that a client could respond to.
            return if era == Era::Modern { Err(Refusal::response()) } else { self.enter(caller) };
        }
        if is_call(message) { self.call(caller, message) } else { self.method(caller, message, era) }
    }

    /// The tool of the table that a message calls.
    pub(super) fn called(&self, message: &Message<'_>) -> Option<ToolHandle> {
        let name = message.params.name.as_deref().filter(|_| is_call(message));
        name.and_then(|name| self.table.tool(name))
    }

    /// A call of a tool. Known and unknown, hidden and shown tools take the same way up to the answer: what is missing is worked
    /// out only where a challenge says so.
    fn call(&self, caller: &Caller, message: &Message<'_>) -> Result<(), Refusal> {
        let Some(name) = message.params.name.as_deref().filter(|_| message.kind == Kind::Request) else {
            return Err(Refusal::not_a_call());
        };
        if v1::caller_reaches(caller, name) {
            return Ok(());
        }
        let anonymous = caller.grant().is_anonymous();
        let unknown = self.table.tool(name).is_none();
        let hides = self.discovery == Discovery::Filtered;
        if anonymous && (hides || (unknown && self.discovery != Discovery::Open)) {
            // A caller without a token learns nothing about names.
            return Err(self.unauthorized());
        }
        if unknown || (hides && self.hidden == Hidden::Unknown) {
            return Err(Refusal::no_tool());
        }
        match caller.authorize(name) {
            Ok(Route::Run | Route::Simulate) => Ok(()),
            Err(denied) => Err(self.challenge(Challenge::of(&denied), denied.to_string())),
        }
    }

    /// Any other method.
    fn method(&self, caller: &Caller, message: &Message<'_>, era: Era) -> Result<(), Refusal> {
        let anonymous = caller.grant().is_anonymous();
        if message.kind == Kind::Request && message.method.starts_with(NOTIFICATIONS) {
            // A notification has no `id` (JSON-RPC 2.0 §4.1): with one it is a request, and there is no such request.
            return self.enter(caller).and(Err(Refusal::no_method(message, era)));
        }
        let rule = self.methods.rule(&message.method);
        if matches!(rule, Rule::Discovery) {
            return self.enter(caller);
        }
        // In the sandbox nothing but tools can say that it is safe there.
        if matches!(rule, Rule::Refused) || caller.environment() == Environment::Sandbox {
            // Whether the server has the method is nothing for those who could not use the list either.
            return self.enter(caller).and(Err(Refusal::no_method(message, era)));
        }
        let needed: &[&'static str] = if let Rule::Scopes(scopes) = rule { scopes } else { &[] };
        if !anonymous && needed.iter().all(|scope| caller.grant().holds(scope)) {
            return Ok(());
        }
        if anonymous && (needed.is_empty() || self.discovery == Discovery::Filtered) {
            return Err(self.unauthorized());
        }
        let text = "the method needs scopes that the caller does not hold";
        Err(self.challenge(v1::challenge_naming(needed, anonymous), text))
    }
}
