//! The span and the events. Their names, targets and fields are public: the table in the documentation of the feature
//! `tracing` lists them, and `runtime/server/tests/server/traces.rs` checks them against it.

use core::future::Future;

use http::StatusCode;
use tracing::{Instrument as _, Level, event, info_span};

use mcp_scopes::{Environment, ToolHandle};

use super::{super::TokenError, Mark, Step, known_method};

/// Runs a request in its span, including the server behind the layer.
pub(crate) fn request<F: Future>(request: F) -> impl Future<Output = F::Output> {
    request.instrument(info_span!(target: "mcp_scopes", "request"))
}

/// Records that the layer rejected a request.
pub(crate) fn record_rejection(status: StatusCode, code: i32, environment: Option<Environment>, mark: &Mark) {
    let (step, tool, reason) = (mark.step_of(), mark.tool_of(), mark.reason());
    // Faults of the server or its issuer are logged at a level for the operator.
    macro_rules! record {
        ($level:expr) => {
            event!(
                name: "decision",
                target: "mcp_scopes",
                $level,
                outcome = "refused",
                step = word(step),
                status = status.as_u16(),
                code,
                environment = environment.map(Environment::as_str),
                tool,
                reason,
                "the layer rejects a request"
            )
        };
    }
    if status.is_server_error() {
        record!(Level::WARN);
    } else {
        record!(Level::INFO);
    }
}

/// Records that a message is forwarded to the server behind the layer.
pub(crate) fn record_forwarding(method: &str, tool: impl FnOnce() -> Option<ToolHandle>, environment: Environment) {
    event!(
        name: "decision",
        target: "mcp_scopes",
        Level::DEBUG,
        outcome = "passed",
        environment = environment.as_str(),
        tool = tool().map(|tool| tool.tool().name),
        method = known_method(method),
        "the layer forwards a message"
    );
}

/// Records what the operator can do about a rejected token: the error behind it, and the help, if there is either.
pub(crate) fn record_cause(error: &TokenError) {
    let (source, help) = (core::error::Error::source(error), error.help());
    if source.is_none() && help.is_none() {
        return;
    }
    event!(
        name: "cause",
        target: "mcp_scopes",
        Level::WARN,
        reason = error.reason(),
        cause = source.map(tracing::field::display),
        help,
        "a token was rejected, and the operator can find out why"
    );
}

/// Records what the operator can do about a token that grants less than its client has requested.
pub(crate) fn record_help(reason: &str, help: &'static str) {
    event!(
        name: "cause",
        target: "mcp_scopes",
        Level::WARN,
        reason,
        help,
        "a token grants too little, and requesting more scopes does not help"
    );
}

/// Records why the store of sessions does not decide.
#[cfg(feature = "policies")]
pub(crate) fn record_store_failure(error: &dyn core::error::Error) {
    event!(
        name: "store",
        target: "mcp_scopes",
        Level::WARN,
        outcome = "failed",
        reason = %error,
        cause = error.source().map(tracing::field::display),
        "the store of sessions does not decide"
    );
}

/// Records that the keys of an issuer were fetched.
#[cfg(feature = "jwks")]
pub(crate) fn keys(fault: Option<&crate::token::FetchError>) {
    match fault {
        None => {
            event!(name: "keys", target: "mcp_scopes", Level::DEBUG, outcome = "renewed", "the keys of an issuer are new");
        }
        Some(fault) => event!(
            name: "keys",
            target: "mcp_scopes",
            Level::WARN,
            outcome = "failed",
            reason = fault.reason,
            status = fault.status.map(|status| status.as_u16()),
            cause = fault.source.as_deref().map(tracing::field::display),
            "the keys of an issuer could not be renewed"
        ),
    }
}

/// Records that the metadata of an issuer was read for its introspection endpoint.
#[cfg(all(feature = "jwks", feature = "introspection"))]
pub(crate) fn metadata(fault: Option<&crate::token::FetchError>) {
    match fault {
        None => {
            event!(
                name: "metadata",
                target: "mcp_scopes",
                Level::DEBUG,
                outcome = "renewed",
                "the metadata of an issuer is new"
            );
        }
        Some(fault) => event!(
            name: "metadata",
            target: "mcp_scopes",
            Level::WARN,
            outcome = "failed",
            reason = fault.reason,
            cause = fault.source.as_deref().map(tracing::field::display),
            "the metadata of an issuer could not be renewed"
        ),
    }
}

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
