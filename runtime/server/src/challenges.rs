//! Rejections with a challenge, which contains the address of this server's metadata.

use std::{borrow::Cow, sync::Arc};

use mcp_scopes::{__private::v1, Challenge, Denied, ScopeTable};

use super::{
    ChallengeScopes, TokenError,
    reason::describable,
    rejection::Rejection,
    requester::Requester,
    token::{Misreading, Scheme},
    trace::{self, Step},
};

/// Creates the rejections with a challenge.
#[derive(Clone, Debug)]
pub(super) struct Challenges {
    pub(super) table: &'static ScopeTable,
    /// The address of the metadata.
    pub(super) metadata_url: Arc<str>,
    /// Its address at each further public name of the server.
    pub(super) other_metadata_urls: Arc<[Arc<str>]>,
    /// What is in front of every scope that a challenge names.
    pub(super) scope_prefix: Arc<str>,
    pub(super) scopes: ChallengeScopes,
    #[cfg(feature = "dpop")]
    pub(super) dpop: Option<DpopChallenges>,
}

/// How challenges name the scheme `DPoP` (RFC 9449 §7.1).
#[cfg(feature = "dpop")]
#[derive(Clone, Debug)]
pub(super) struct DpopChallenges {
    /// The accepted algorithms, separated by spaces.
    pub(super) algorithms: Arc<str>,
    /// Whether the scheme `Bearer` is not accepted.
    pub(super) required: bool,
}

#[cfg(feature = "dpop")]
impl DpopChallenges {
    /// Returns the rejection with a challenge for each scheme that the client can use. The error is in the challenge of the scheme that
    /// the request used.
    ///
    /// `Bearer` is first, because common clients read only the first header. Status 400 and 403 are about the request itself, so another
    /// scheme would not help: they have one challenge.
    fn rejection(&self, challenge: Challenge<'_>, scheme: Scheme, text: impl Into<Cow<'static, str>>) -> Rejection {
        let dpop = challenge.dpop(&self.algorithms);
        match (scheme, challenge.status()) {
            _ if self.required => Rejection::challenge(&dpop, text),
            (Scheme::Bearer, 401) => {
                Rejection::challenge(&challenge, text).and_challenge(&v1::challenge_without_error(dpop))
            }
            (Scheme::Dpop, 401) => {
                Rejection::challenge(&v1::challenge_without_error(challenge), text).and_challenge(&dpop)
            }
            (Scheme::Bearer, _) => Rejection::challenge(&challenge, text),
            (Scheme::Dpop, _) => Rejection::challenge(&dpop, text),
        }
    }
}

impl Challenges {
    /// 401 for a request without a token. Asks for the baseline.
    pub(super) fn unauthenticated(&self) -> Rejection {
        self.rejection(Challenge::unauthorized(self.table), Scheme::Bearer, "this needs an access token")
    }

    /// 401 for a token that is invalid.
    pub(super) fn invalid_token(&self, error: &TokenError, scheme: Scheme) -> Rejection {
        let challenge = Challenge::invalid_token(self.table).description(error.reason());
        self.rejection(challenge, scheme, error.to_string()).at(Step::Token).because(error.reason().to_owned())
    }

    /// 401 for a request whose proof of possession is missing or invalid.
    #[cfg(feature = "dpop")]
    pub(super) fn invalid_proof(&self, reason: &'static str) -> Rejection {
        let challenge = Challenge::invalid_dpop_proof(self.table).description(reason);
        let text = format!("the DPoP proof was refused: {reason}");
        self.rejection(challenge, Scheme::Dpop, text).at(Step::Token).because(reason)
    }

    /// 400 for a token in the wrong place, or more than one.
    pub(super) fn malformed_credentials(&self, reason: &'static str, scheme: Scheme) -> Rejection {
        let challenge = Challenge::invalid_request().description(reason);
        self.rejection(challenge, scheme, reason).at(Step::Token).because(reason)
    }

    /// 403 for a token whose environment is not known.
    pub(super) fn unresolved_environment(&self, reason: &'static str, scheme: Scheme) -> Rejection {
        let challenge = v1::challenge_forbidden().description(reason);
        self.rejection(challenge, scheme, reason).at(Step::Environment).because(reason)
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

    /// 401 or 403 for a resource or prompt that requires these scopes.
    pub(super) fn content_scopes(&self, scopes: &[&'static str], sender: &Requester) -> Rejection {
        let text = "the resource or prompt needs scopes that the caller does not hold";
        self.step_up(v1::challenge_naming(scopes, sender.is_anonymous()), text, sender)
    }

    /// Asks for scopes. If the token may hold them where they are not read, stepping up would not help: the challenge says so.
    fn step_up(&self, challenge: Challenge<'_>, text: impl Into<Cow<'static, str>>, sender: &Requester) -> Rejection {
        let challenge = match self.scopes {
            ChallengeScopes::Needed => challenge,
            ChallengeScopes::NeededAndHeld => challenge.held(sender.caller.grant()),
        };
        let Some(Misreading { what: reason, help }) = sender.misread_scopes() else {
            return self.rejection(challenge, sender.scheme(), text);
        };
        trace::record_help(&reason, help);
        self.rejection(challenge.description(&reason), sender.scheme(), text).because(reason.clone())
    }

    /// 403 for the replay of events that were sent to a caller with these scopes.
    pub(super) fn replay_scopes(&self, scopes: &[&'static str], scheme: Scheme) -> Rejection {
        let text = "the stream was opened with scopes that the token does not grant";
        self.rejection(v1::challenge_naming(scopes, false), scheme, text).at(Step::Session)
    }

    /// 403 for a call that a policy denies.
    pub(super) fn policy(&self, reason: &str, scheme: Scheme) -> Rejection {
        let shown = describable(reason);
        let challenge = v1::challenge_forbidden().description(&shown);
        // The text comes from the policy and may contain client data, which must not be logged.
        self.rejection(challenge, scheme, reason.to_owned()).at(Step::Policy)
    }

    /// 401 for a caller who must authenticate again (RFC 9470 §3). It names the scopes that the caller holds.
    #[cfg(feature = "policies")]
    pub(super) fn reauthenticate(
        &self,
        sender: &Requester,
        text: &str,
        max_age: Option<u32>,
        acr_values: &[String],
    ) -> Rejection {
        let (acr_values, shown) = (acr_values.join(" "), describable(text));
        let mut challenge = Challenge::insufficient_user_authentication(sender.caller.grant()).description(&shown);
        if let Some(max_age) = max_age {
            challenge = challenge.max_age(max_age);
        }
        if !acr_values.is_empty() {
            challenge = challenge.acr_values(&acr_values);
        }
        self.rejection(challenge, sender.scheme(), text.to_owned()).at(Step::Policy)
    }

    fn rejection(&self, challenge: Challenge<'_>, scheme: Scheme, text: impl Into<Cow<'static, str>>) -> Rejection {
        let rejection = self.rejection_at(&self.metadata_url, challenge, scheme, text);
        self.other_metadata_urls
            .iter()
            .fold(rejection, |rejection, url| rejection.and_at_next_name(self.rejection_at(url, challenge, scheme, "")))
    }

    #[cfg_attr(not(feature = "dpop"), expect(unused_variables, reason = "there is one scheme"))]
    fn rejection_at(
        &self,
        metadata_url: &str,
        challenge: Challenge<'_>,
        scheme: Scheme,
        text: impl Into<Cow<'static, str>>,
    ) -> Rejection {
        let challenge = challenge.resource_metadata(metadata_url).scope_prefix(&self.scope_prefix);
        #[cfg(feature = "dpop")]
        if let Some(dpop) = &self.dpop {
            return dpop.rejection(challenge, scheme, text);
        }
        Rejection::challenge(&challenge, text)
    }
}
