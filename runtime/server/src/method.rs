//! Step 1: the HTTP method of a request.

use http::Method;

use super::{head::Head, rejection::Rejection};

/// The purpose of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Asks for the CORS headers of a response (Fetch, "CORS protocol").
    Preflight,
    /// Carries messages, opens a stream or ends a session.
    Transport,
}

/// Checks the HTTP method.
///
/// # Errors
/// 400 for an upgrade, 405 for a method that MCP does not use.
pub(super) fn check_method(method: &Method, head: &Head<'_>) -> Result<Purpose, Rejection> {
    if head.upgrade {
        // A connection with another protocol would bypass every check.
        return Err(Rejection::upgrade());
    }
    match *method {
        Method::OPTIONS => Ok(Purpose::Preflight),
        Method::POST | Method::GET | Method::DELETE => Ok(Purpose::Transport),
        _ => Err(Rejection::method()),
    }
}
