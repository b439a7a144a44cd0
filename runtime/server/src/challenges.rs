//! Rejections with a challenge, which contains the address of this server's metadata.

use std::{borrow::Cow, sync::Arc};

use mcp_scopes::{__private::v1, Challenge, Denied, ScopeTable};

use super::{ChallengeScopes, TokenError, rejection::Rejection, requester::Requester, trace::Step};

/// Creates the rejections with a challenge.
#[derive(Clone, Debug)]
pub(super) struct Challenges {
    pub(super) table: &'static ScopeTable,
    /// The address of the metadata.
    pub(super) metadata_url: Arc<str>,
    pub(super) scopes: ChallengeScopes,
}

impl Challenges {
    /// 401 for a request without a token. Asks for the baseline.
    pub(super) fn unauthenticated(&self) -> Rejection {
        self.rejection(Challenge::unauthorized(self.table), "this needs an access token")
    }

    /// 401 for a token that is invalid.
    pub(super) fn invalid_token(&self, error: &TokenError) -> Rejection {
        let challenge = Challenge::invalid_token(self.table).description(error.reason());
        self.rejection(challenge, error.to_string()).at(Step::Token).because(error.reason().to_owned())
    }

    /// 400 for a token in the wrong place, or more than one.
    pub(super) fn malformed_credentials(&self, reason: &'static str) -> Rejection {
        let challenge = Challenge::invalid_request().description(reason);
        self.rejection(challenge, reason).at(Step::Token).because(reason)
    }

    /// 403 for a token whose environment is not known.
    pub(super) fn unresolved_environment(&self, reason: &'static str) -> Rejection {
        let challenge = v1::challenge_forbidden().description(reason);
        self.rejection(challenge, reason).at(Step::Environment).because(reason)
    }

    /// 401 or 403 for a call that scopes or the environment deny.
    pub(super) fn denied(&self, denied: &Denied, sender: &Requester) -> Rejection {
        self.step_up(Challenge::of(denied), denied.to_string(), sender)
    }

    /// 401 or 403 for a method that requires these scopes.
    pub(super) fn method_scopes(&self, scopes: &[&'static str], sender: &Requester) -> Rejection {
        let text = "the method needs scopes that the caller does not hold";
        self.step_up(v1::challenge_naming(scopes, sender.is_anonymous()), text, sender)
    }

    /// Asks for scopes. If another claim of the token may grant them, stepping up would not help: the challenge says so.
    fn step_up(&self, challenge: Challenge<'_>, text: impl Into<Cow<'static, str>>, sender: &Requester) -> Rejection {
        let challenge = match self.scopes {
            ChallengeScopes::Needed => challenge,
            ChallengeScopes::NeededAndHeld => challenge.held(sender.caller.grant()),
        };
        let Some(claim) = sender.unread_claim() else { return self.rejection(challenge, text) };
        let reason = format!("the token grants no scope of this server; `{claim}` is present and not read");
        self.rejection(challenge.description(&reason), text).because(reason.clone())
    }

    /// 403 for the replay of events that were sent to a caller with these scopes.
    pub(super) fn replay_scopes(&self, scopes: &[&'static str]) -> Rejection {
        let text = "the stream was opened with scopes that the token does not grant";
        self.rejection(v1::challenge_naming(scopes, false), text).at(Step::Session)
    }

    /// 403 for a call that a policy denies.
    pub(super) fn policy(&self, reason: &str) -> Rejection {
        let challenge = v1::challenge_forbidden().description(reason);
        // The text comes from the policy and may contain client data, which must not be logged.
        self.rejection(challenge, reason.to_owned()).at(Step::Policy)
    }

    fn rejection(&self, challenge: Challenge<'_>, text: impl Into<Cow<'static, str>>) -> Rejection {
        Rejection::challenge(&challenge.resource_metadata(&self.metadata_url), text)
    }
}
