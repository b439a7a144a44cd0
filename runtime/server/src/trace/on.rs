//! The span and the events. Their names, targets and fields are public: the table in the documentation of the feature
//! `tracing` lists them, and `runtime/server/tests/server/traces.rs` holds them to it.

use core::future::Future;

use http::StatusCode;
use tracing::{Instrument as _, Level, event, info_span};

use mcp_scopes::{Environment, ToolHandle};

use super::{super::environment, Step};

/// What is known about a refusal besides its answer. All of it is of this program: static texts, tools of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    step: Step,
    tool: Option<&'static str>,
    reason: Option<&'static str>,
}

impl Mark {
    pub(crate) const fn at(step: Step) -> Self {
        Self { step, tool: None, reason: None }
    }

    pub(crate) const fn step(self, step: Step) -> Self {
        Self { step, ..self }
    }

    pub(crate) const fn tool(self, tool: Option<&'static str>) -> Self {
        Self { tool, ..self }
    }

    pub(crate) const fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }
}

/// Whatever happens while a request is under way happens in its span, that of the server behind the layer included.
pub(crate) fn request<F: Future>(request: F) -> impl Future<Output = F::Output> {
    request.instrument(info_span!(target: "mcp_scopes", "request"))
}

/// A request was answered by the layer.
pub(crate) fn refused(status: StatusCode, code: i32, environment: Option<Environment>, mark: Mark) {
    let Mark { step, tool, reason } = mark;
    // What is nobody's mistake but the server's own, or its issuer's, is for its operator.
    macro_rules! tell {
        ($level:expr) => {
            event!(
                name: "decision",
                target: "mcp_scopes",
                $level,
                outcome = "refused",
                step = word(step),
                status = status.as_u16(),
                code,
                environment = environment.map(environment::name),
                tool,
                reason,
                "the layer refuses"
            )
        };
    }
    if status.is_server_error() {
        tell!(Level::WARN);
    } else {
        tell!(Level::INFO);
    }
}

/// A message may go on to the server behind the layer.
pub(crate) fn passed(method: &str, tool: impl FnOnce() -> Option<ToolHandle>, environment: Environment) {
    event!(
        name: "decision",
        target: "mcp_scopes",
        Level::DEBUG,
        outcome = "passed",
        environment = environment::name(environment),
        tool = tool().map(|tool| tool.tool().name),
        method = METHODS.iter().copied().find(|known| *known == method),
        "the layer lets a message pass"
    );
}

/// The keys of an issuer were asked for.
#[cfg(feature = "jwks")]
pub(crate) fn keys(problem: Option<&'static str>) {
    match problem {
        None => {
            event!(name: "keys", target: "mcp_scopes", Level::DEBUG, outcome = "renewed", "the keys of an issuer are new");
        }
        Some(reason) => event!(
            name: "keys",
            target: "mcp_scopes",
            Level::WARN,
            outcome = "failed",
            reason,
            "the keys of an issuer could not be renewed"
        ),
    }
}

/// The methods that are told by name: a name that a client has made up could say anything.
const METHODS: [&str; 24] = [
    "completion/complete",
    "initialize",
    "logging/setLevel",
    "notifications/cancelled",
    "notifications/initialized",
    "notifications/progress",
    "notifications/roots/list_changed",
    "ping",
    "prompts/get",
    "prompts/list",
    "resources/list",
    "resources/read",
    "resources/subscribe",
    "resources/templates/list",
    "resources/unsubscribe",
    "server/discover",
    "subscriptions/listen",
    "tasks/cancel",
    "tasks/get",
    "tasks/list",
    "tasks/result",
    "tasks/update",
    "tools/call",
    "tools/list",
];

const fn word(step: Step) -> &'static str {
    match step {
        Step::Request => "request",
        Step::Token => "token",
        Step::Environment => "environment",
        Step::Body => "body",
        Step::Scopes => "scopes",
        Step::Policy => "policy",
        Step::Session => "session",
        Step::Answer => "answer",
    }
}
