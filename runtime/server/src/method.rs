//! Step 1: the HTTP method of a request.

use http::Method;

use super::{head::Head, refusal::Refusal};

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It asks for the headers of an answer (Fetch, "CORS protocol").
    Preflight,
    /// It carries messages, opens a stream or ends a session.
    Transport,
}

/// Checks the HTTP method.
///
/// # Errors
/// 400 for an upgrade, 405 for a method that MCP does not use.
pub(super) fn check_method(method: &Method, head: &Head<'_>) -> Result<Purpose, Refusal> {
    if head.upgrade {
        // Another protocol would bypass every check.
        return Err(Refusal::upgrade());
    }
    match *method {
        Method::OPTIONS => Ok(Purpose::Preflight),
        Method::POST | Method::GET | Method::DELETE => Ok(Purpose::Transport),
        _ => Err(Refusal::method()),
    }
}
