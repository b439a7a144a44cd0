//! Why no token was issued.

use core::fmt;

use super::Way;

/// Why no token was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// `invalid_scope` (RFC 6749 §5.2).
    InvalidScope,
    /// `invalid_target`: not for this resource (RFC 8707 §2).
    InvalidTarget,
    /// `access_denied`: the user or the authorization server declined (RFC 6749 §4.1.2.1).
    AccessDenied,
    /// The user did not answer in time. It is not remembered, but the third in a row ends the logins for ten minutes.
    TimedOut,
    /// `invalid_grant`: the code, the refresh token or the exchanged token is not valid, such as after its expiry (RFC 6749 §5.2). The next way is tried.
    /// It is not remembered.
    InvalidGrant,
    /// The token has the same scopes as the one before. The client does not report this: [`StepUp`](super::StepUp) finds it.
    NotGranted,
    /// This way is not open: there is no refresh token, the grant type is not supported, the user must be asked. The next way is tried.
    NotThisWay,
    /// `use_dpop_nonce`: the proof lacks the nonce of the response, which the authorizer has kept (RFC 9449 §8). The same way is tried once more, with
    /// the same [number](super::TokenRequest::flight): a code that the user has brought is still valid.
    UseNonce,
    /// The authorization server rejected the request, for this reason: another `error` of those that are registered.
    Rejected(&'static str),
    /// The authorization server was not reached. It is not remembered.
    Unavailable,
    /// The metadata or a response cannot be used, for this reason. It is not remembered. If the user was asked, it is
    /// [`AfterLogin`](Self::AfterLogin).
    Unusable(&'static str),
    /// The user was asked, and no token came of it, for this reason. It is not remembered, but the third in a row ends the logins for ten minutes.
    AfterLogin(&'static str),
    /// The last three logins ended without a token and without a decision: too late, given up by their callers, or by a fault of the authorization
    /// server. So the user is not asked, for ten minutes. The client does not report this: [`StepUp`](super::StepUp) finds it.
    LoginsInVain,
}

impl Refusal {
    /// Returns the refusal for an `error` of a token or authorization response. Unknown errors mean that this way is not open.
    #[must_use]
    pub fn of_error(error: &str) -> Self {
        match error {
            "invalid_scope" => Self::InvalidScope,
            "invalid_target" => Self::InvalidTarget,
            "invalid_grant" => Self::InvalidGrant,
            "access_denied" => Self::AccessDenied,
            "temporarily_unavailable" | "server_error" => Self::Unavailable,
            "invalid_request" => Self::Rejected(
                "the authorization server does not accept the form of the request (`invalid_request`); report it to its operator",
            ),
            "unauthorized_client" => Self::Rejected(
                "this client may not use this grant type (`unauthorized_client`); ask the operator of the authorization server to allow it",
            ),
            "unsupported_response_type" => Self::Rejected(
                "the authorization server does not issue codes to this client (`unsupported_response_type`); ask its operator to allow it",
            ),
            "unsupported_grant_type" => Self::Rejected(
                "the authorization server does not support this grant type (`unsupported_grant_type`); ask its operator to allow it",
            ),
            "login_required" | "interaction_required" | "account_selection_required" => Self::Rejected(
                "the authorization server did not let the user sign in (`login_required`); sign in there, then try again",
            ),
            "consent_required" => Self::Rejected(
                "the authorization server did not ask the user for consent (`consent_required`); ask its administrator to consent",
            ),
            "unmet_authentication_requirements" => Self::Rejected(
                "the user cannot authenticate as the server requires (`unmet_authentication_requirements`); set up another method at the authorization server",
            ),
            _ => Self::NotThisWay,
        }
    }

    /// Returns whether no other way is tried after this one.
    pub(super) const fn is_final(self, way: Way) -> bool {
        match way {
            // The authorization server may grant to the user what it does not grant for a token, or to this client by this way.
            Way::Refresh | Way::Exchange => matches!(self, Self::InvalidTarget | Self::Unavailable),
            Way::Interaction | Way::ClientCredentials | Way::External => !matches!(self, Self::UseNonce),
        }
    }

    pub(super) const fn is_remembered(self) -> bool {
        !self.is_in_vain() && !matches!(self, Self::Unavailable | Self::Unusable(_) | Self::LoginsInVain)
    }

    /// Returns whether a user who was asked has not decided, and may be asked again. What the authorization server rejects can be cured there.
    pub(super) const fn is_in_vain(self) -> bool {
        matches!(self, Self::TimedOut | Self::InvalidGrant | Self::UseNonce | Self::AfterLogin(_) | Self::Rejected(_))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InvalidScope => {
                "the authorization server does not know them, or does not issue them to this client (`invalid_scope`)"
            }
            Self::InvalidTarget => "the authorization server issues no tokens for this resource (`invalid_target`)",
            Self::AccessDenied => "the request was declined (`access_denied`)",
            Self::TimedOut => "the user did not answer in time; try again",
            Self::InvalidGrant => "the code or token for it is not valid or has expired (`invalid_grant`); try again",
            Self::NotGranted => "the new token has the same scopes as the one before",
            Self::NotThisWay => "no way to obtain a token is open to this client",
            Self::UseNonce => "the authorization server asks for another nonce each time (`use_dpop_nonce`)",
            Self::Unavailable => "the authorization server or the metadata could not be reached; try again later",
            Self::Unusable(reason) | Self::AfterLogin(reason) | Self::Rejected(reason) => reason,
            Self::LoginsInVain => "the last three logins ended without a token, so the user is not asked again for ten minutes; try again later",
        })
    }
}
