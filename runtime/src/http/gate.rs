//! Whether a message may go on, for this caller.

use crate::{Caller, Challenge, Environment, Reason, Route, ToolHandle};

use super::{
    Discovery, Hidden, PolicyRefusal,
    access::Rule,
    message::{Era, Kind, Message, ParamHeader},
    refusal::Refusal,
    server::Settings,
    trace::Step,
};

/// Whether a message calls a tool.
pub(super) fn is_call(message: &Message<'_>) -> bool {
    message.method == "tools/call"
}

impl Settings {
    /// The answer for a call that a policy refuses.
    pub(super) fn refused(&self, refusal: &PolicyRefusal) -> Refusal {
        let challenge = Challenge::refused().description(refusal.reason());
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

    /// Whether a message may go on.
    pub(super) fn admit(&self, caller: &Caller, message: &Message<'_>, era: Era) -> Result<(), Refusal> {
        if message.kind == Kind::Response {
            // Only servers before 2026-07-28 send requests that a client could respond to.
            return if era == Era::Modern { Err(Refusal::response()) } else { self.enter(caller) };
        }
        if is_call(message) { self.call(caller, message) } else { self.method(caller, message, era) }
    }

    /// The arguments that have to be mirrored in headers: of a tool that the caller can call. Whether another one has any would
    /// tell that it is there.
    pub(super) fn mirrored(&self, caller: &Caller, message: &Message<'_>) -> &[ParamHeader] {
        let name = message.params.name.as_deref().filter(|_| !self.mirrored.is_empty());
        if name.is_some_and(|name| caller.authorize(name).is_ok()) { &self.mirrored } else { &[] }
    }

    /// The tool of the table that a message calls.
    pub(super) fn called(&self, message: &Message<'_>) -> Option<ToolHandle> {
        let name = message.params.name.as_deref().filter(|_| is_call(message));
        name.and_then(|name| self.table.tool(name))
    }

    /// A call of a tool. Known and unknown, hidden and shown tools go the same way up to the answer.
    fn call(&self, caller: &Caller, message: &Message<'_>) -> Result<(), Refusal> {
        let Some(name) = message.params.name.as_deref().filter(|_| message.kind == Kind::Request) else {
            return Err(Refusal::not_a_call());
        };
        let denied = match caller.authorize(name) {
            Ok(Route::Run | Route::Simulate) => return Ok(()),
            Err(denied) => denied,
        };
        let anonymous = caller.grant().is_anonymous();
        let unknown = denied.reason() == Reason::UnknownTool;
        let hides = self.discovery == Discovery::Filtered;
        if anonymous && (hides || (unknown && self.discovery != Discovery::Open)) {
            // Whoever has not said who he is learns nothing about names.
            return Err(self.unauthorized());
        }
        if unknown || (hides && self.hidden == Hidden::Unknown) {
            return Err(Refusal::no_tool());
        }
        Err(self.challenge(Challenge::of(&denied), denied.to_string()))
    }

    /// Any other method.
    fn method(&self, caller: &Caller, message: &Message<'_>, era: Era) -> Result<(), Refusal> {
        let anonymous = caller.grant().is_anonymous();
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
        Err(self.challenge(Challenge::naming(needed, anonymous), text))
    }
}
