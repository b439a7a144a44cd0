//! The authorizer of Dogwood, fed with our calls.

use dogwood_language::{
    Authorizer, Decision, Event, EventBuilder, InMemoryTemporalEngine, LoweredPolicySet, PolicySchema, ServiceSchema,
    Validator, Value,
};
use mcp_scopes_model::Tool;

use crate::{
    rules::Rule,
    translation::{ANY, EVENT_SCHEMA, Translation, glob_field, levels},
};

/// A call, as Dogwood sees it: without arguments.
#[derive(Clone, Debug)]
pub struct Facts<'t> {
    /// The tool.
    pub tool: &'t Tool<'t>,
    /// Whether an argument matches a glob, in the order of [`Translation::globs`].
    pub matches: Vec<bool>,
    /// Whether the caller has approved the call.
    pub is_approved: bool,
    /// Whether another person has reviewed it.
    pub is_reviewed: bool,
}

/// How the interpreter is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As `Authorizer::new` does: one history of all callers, and all conditions at each decision.
    Default,
    /// A history for each caller, and only the conditions of the called tool.
    Tuned,
}

/// The interpreter with the policies of a table.
#[derive(Debug)]
pub struct Dogwood {
    authorizer: Authorizer,
    rules: Vec<Rule>,
}

impl Dogwood {
    /// Prepares the interpreter.
    ///
    /// # Errors
    /// Dogwood rejects the translated policies.
    pub fn new(translation: &Translation, mode: Mode) -> Result<Self, String> {
        let report = |error: dogwood_language::Error| format!("{error}\n{}", translation.policies);
        let service = ServiceSchema::builder().event_schema_str(EVENT_SCHEMA).build().map_err(report)?;
        let schema = PolicySchema::from_cedarschema_str(&translation.schema).map_err(report)?;
        let policies = LoweredPolicySet::from_str(&translation.policies, &service, &schema).map_err(report)?;
        let errors: Vec<_> =
            Validator::new().validate(&policies).validation_errors().map(ToString::to_string).collect();
        if !errors.is_empty() {
            return Err(format!("{}\n{}", errors.join("\n"), translation.policies));
        }
        let authorizer = match mode {
            Mode::Default => Authorizer::new(policies),
            Mode::Tuned => Authorizer::builder(policies)
                .temporal_engine(InMemoryTemporalEngine::new().slice_leaves())
                .partition_temporal()
                .build()
                .map_err(report)?,
        };
        Ok(Self { authorizer, rules: translation.rules.clone() })
    }

    /// Records an event that asks for no decision.
    ///
    /// # Errors
    /// It asks for one.
    pub fn record(&mut self, event: &Event) -> Result<(), String> {
        match self.authorizer.is_authorized(event) {
            None => Ok(()),
            Some(_) => Err("an event of the past asked for a decision".to_owned()),
        }
    }

    /// Returns the rules that forbid a request. It becomes part of the history, where no rule looks at it.
    ///
    /// # Errors
    /// The interpreter could not decide.
    pub fn ask(&mut self, request: &Event) -> Result<Vec<Rule>, String> {
        let response = self.authorizer.is_authorized(request).ok_or("a request was not decided")?;
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(error.to_owned());
        }
        if response.decision() == Decision::Allow {
            return Ok(Vec::new());
        }
        // The first rule of the set is the `permit`.
        let rule = |index: usize| index.checked_sub(1).and_then(|index| self.rules.get(index)).copied();
        let rules: Option<Vec<_>> = response.diagnostics().reason().map(|reason| rule(reason.rule_index)).collect();
        rules.filter(|rules| !rules.is_empty()).ok_or_else(|| "a request was denied for no rule".to_owned())
    }
}

/// Returns the request to call a tool.
#[must_use]
pub fn request(caller: &str, call: &Facts<'_>, seconds: i64) -> Event {
    let mut event = begin(call.tool.name, "request", caller, seconds);
    for (name, value) in fields(call) {
        event = event.field("input", &name, Value::Bool(value)).request_context("input", &name, Value::Bool(value));
    }
    event.build()
}

/// Returns the events of an admitted call.
#[must_use]
pub fn responses(caller: &str, call: &Facts<'_>, seconds: i64) -> [Event; 2] {
    let mut event = begin(call.tool.name, "response", caller, seconds);
    for (name, value) in fields(call) {
        event = event.field("input", &name, Value::Bool(value));
    }
    let mut any = begin(ANY, "response", caller, seconds);
    for level in levels() {
        any = any.field("input", level.as_str(), Value::Bool(call.tool.risk >= level));
    }
    [event.build(), any.build()]
}

/// Returns the event that a body has arrived.
#[must_use]
pub fn arrival(caller: &str, seconds: i64) -> Event {
    begin(ANY, "arrival", caller, seconds).build()
}

/// Returns the event that a body was denied.
#[must_use]
pub fn refused(caller: &str, seconds: i64) -> Event {
    begin(ANY, "refused", caller, seconds).build()
}

fn begin(action: &str, kind: &str, caller: &str, seconds: i64) -> EventBuilder {
    Event::builder_for(&["Mcp", "Action"], action, kind)
        .timestamp(seconds)
        .principal_for("Mcp::Caller", caller)
        .resource_for("Mcp::Server", "files")
}

fn fields(call: &Facts<'_>) -> impl Iterator<Item = (String, bool)> {
    let globs = call.matches.iter().enumerate().map(|(place, matches)| (glob_field(place), *matches));
    [("approved".to_owned(), call.is_approved), ("reviewed".to_owned(), call.is_reviewed)].into_iter().chain(globs)
}
