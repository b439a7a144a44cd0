//! The decision and the id of a rejection.

use http::StatusCode;
use mcp_scopes_audit::Decision;

use super::super::{rejection::Rejection, trace::Step};

/// The ids of policies that a person may still allow a call.
const APPROVALS: [&str; 2] = ["requires_human_review", "requires_approval_after"];

/// Returns whether a person must approve a call that is denied for this reason.
pub(super) fn is_approval(id: &str) -> bool {
    APPROVALS.contains(&id)
}

/// What an event says about a rejection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verdict<'r> {
    pub(super) decision: Decision,
    /// The id of the reason. Texts are for people.
    pub(super) reason: &'r str,
}

impl<'r> Verdict<'r> {
    pub(super) fn of(rejection: &'r Rejection) -> Self {
        let status = rejection.status();
        // The ids of policies are reasons of their step.
        let id = rejection.mark().reason().filter(|reason| is_id(reason));
        let is_challenge = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        let (is_missing, denied) = (status == StatusCode::UNAUTHORIZED, Decision::Deny);
        let challenged = if is_challenge { Decision::Challenge } else { denied };
        let (decision, reason) = match rejection.mark().step_of() {
            Step::Policy => match id {
                Some(id) if is_approval(id) => (Decision::Approve, id),
                Some("audit_unavailable") => (denied, "audit_unavailable"),
                id => (if is_missing { Decision::Challenge } else { denied }, id.unwrap_or("policy")),
            },
            Step::Token if is_missing => (challenged, "invalid_token"),
            Step::Token => (denied, "unverifiable_token"),
            Step::Scopes if is_missing => (challenged, "unauthenticated"),
            Step::Scopes if is_challenge => (challenged, "insufficient_scope"),
            Step::Scopes => (denied, "not_available"),
            Step::Environment if status == StatusCode::TOO_MANY_REQUESTS => (denied, "rate_limit"),
            Step::Environment => (denied, "environment"),
            Step::Request => (denied, "invalid_request"),
            Step::Body => (denied, "invalid_body"),
            Step::Session => (denied, "session"),
            Step::Answer => (denied, "answer"),
        };
        Self { decision, reason }
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
