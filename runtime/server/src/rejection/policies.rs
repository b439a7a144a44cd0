//! The responses by which policies, and the conditions of scopes, reject.

use std::time::Duration;

use http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use serde_json::value::RawValue;

use super::{INVALID_PARAMS, Kind, Message, Rejection, Step};

/// `MissingRequiredClientCapability` (MCP 2026-07-28, "Error Codes").
const MISSING_CAPABILITY: i32 = -32021;

impl Rejection {
    /// A call whose arguments cannot be compared with the conditions of its tool: it does not take such members. `text` says which it takes.
    pub(crate) fn unfit_arguments(reason: &'static str, text: String) -> Self {
        Self::new(Step::Scopes, StatusCode::OK, INVALID_PARAMS, text).because(reason)
    }

    /// Input for a task, where the rules of the table would have to be compared with it.
    pub(crate) fn task_input(message: &Message<'_>) -> Self {
        // A notification has no response, so only the status can report the error.
        let status = if message.kind == Kind::Request { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        Self::new(Step::Scopes, status, INVALID_PARAMS, crate::policies::tasks::REFUSED)
    }

    /// A call that a policy denies. The answer is for the model, so its status is 200.
    pub(crate) fn answered(body: String) -> Self {
        let code = i32::from(StatusCode::FORBIDDEN.as_u16());
        Self { is_body: true, ..Self::new(Step::Policy, StatusCode::OK, code, body) }
    }

    /// The client cannot ask its user, and only that would approve the call.
    pub(crate) fn lacks_elicitation(message: &Message<'_>, text: &str) -> Self {
        let (id, text) = (message.id.map_or("null", RawValue::get), serde_json::Value::from(text));
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{MISSING_CAPABILITY},"message":{text},"data":{{"requiredCapabilities":{{"elicitation":{{"form":{{}}}}}}}}}}}}"#
        );
        Self { is_body: true, ..Self::new(Step::Policy, StatusCode::BAD_REQUEST, MISSING_CAPABILITY, body) }
    }

    /// The caller is new, and the store of sessions is full.
    pub(crate) fn no_place_for_session(wait: Duration) -> Self {
        let text = "the server has no place for a new session; retry later";
        let rejection = Self::of_status(Step::Policy, StatusCode::SERVICE_UNAVAILABLE, text);
        rejection.with(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)))
    }

    /// The store of sessions cannot be reached, so nothing is known about what the caller did before.
    pub(crate) fn no_sessions() -> Self {
        let text = "the sessions of callers cannot be read now; retry later";
        let rejection = Self::of_status(Step::Policy, StatusCode::SERVICE_UNAVAILABLE, text);
        rejection.because("store_unavailable").with(RETRY_AFTER, HeaderValue::from_static("5"))
    }

    /// Approvals did not lead to a decision.
    pub(crate) fn undecided() -> Self {
        Self::of_status(Step::Policy, StatusCode::FORBIDDEN, "the policies of the call led to no decision")
    }
}
