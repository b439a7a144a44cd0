//! One request for a token, in progress.

use core::fmt;

use crate::{challenge::Authentication, scopes::Scopes, selection::OFFLINE_ACCESS};

use super::{Kind, OperationId, operation::Need};

/// A token that the client requests. `resource` (RFC 8707) is the resource of this client, in each request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// The number of the request, for [`StepUp::obtained`](super::StepUp::obtained).
    pub flight: u64,
    /// An operation that waits for it.
    pub operation: OperationId,
    /// How to obtain it.
    pub way: Way,
    /// The scopes to request. Empty: leave out the parameter.
    pub scopes: Scopes,
    /// How the user must authenticate: `max_age` and `acr_values` (RFC 9470 §4).
    pub authentication: Authentication,
    /// The number of the token to exchange or refresh.
    pub token: Option<u64>,
    /// The address of the metadata of the resource that the challenge names (RFC 9728 §5.1).
    pub resource_metadata: Option<String>,
}

/// A way to obtain a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Way {
    /// By the refresh token (RFC 6749 §6).
    Refresh,
    /// By exchanging the current token (RFC 8693).
    Exchange,
    /// By asking the user: a request for authorization with PKCE.
    Interaction,
    /// By the client's own credentials (RFC 6749 §4.4).
    ClientCredentials,
    /// By asking other software.
    External,
}

impl Way {
    /// Returns the ways to try, in order.
    pub(super) fn for_need(
        kind: Kind,
        can_exchange: bool,
        can_refresh: bool,
        authentication: &Authentication,
        renew: bool,
    ) -> Vec<Self> {
        match kind {
            Kind::ClientCredentials => vec![Self::ClientCredentials],
            Kind::External => vec![Self::External],
            // Only the user can authenticate.
            Kind::User if !authentication.is_any() => vec![Self::Interaction],
            // The server does not accept the token that would be exchanged.
            Kind::User if renew && can_refresh => vec![Self::Refresh, Self::Interaction],
            Kind::User if !renew && can_exchange => vec![Self::Exchange, Self::Interaction],
            Kind::User => vec![Self::Interaction],
        }
    }
}

/// A token that was issued. The token itself stays with the client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Grant {
    pub(super) scopes: Option<Scopes>,
    pub(super) can_refresh: bool,
}

impl Grant {
    /// A token with the requested scopes: the response has no member `scope` (RFC 6749 §5.1).
    pub const fn as_requested() -> Self {
        Self { scopes: None, can_refresh: false }
    }

    /// A token with these scopes.
    pub const fn with_scopes(scopes: Scopes) -> Self {
        Self { scopes: Some(scopes), can_refresh: false }
    }

    /// States that a refresh token was issued too.
    pub const fn can_refresh(mut self) -> Self {
        self.can_refresh = true;
        self
    }
}

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
    /// The user did not answer in time. It is not remembered.
    TimedOut,
    /// `invalid_grant`: the code, the refresh token or the exchanged token is not valid, such as after its expiry (RFC 6749 §5.2). The next way is tried.
    /// It is not remembered.
    InvalidGrant,
    /// The token has the same scopes as the one before. The client does not report this: [`StepUp`](super::StepUp) finds it.
    NotGranted,
    /// This way is not open: there is no refresh token, the grant type is not supported, the user must be asked. The next way is tried.
    NotThisWay,
    /// `use_dpop_nonce`: the proof lacks the nonce of the response, which the authorizer has kept (RFC 9449 §8). The same way is tried once more, with
    /// the same [number](TokenRequest::flight): a code that the user has brought is still valid.
    UseNonce,
    /// The authorization server was not reached. It is not remembered.
    Unavailable,
    /// The metadata or a response cannot be used, for this reason. It is not remembered.
    Unusable(&'static str),
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
            _ => Self::NotThisWay,
        }
    }

    /// Returns whether no other way is tried after this one.
    const fn is_final(self, way: Option<Way>) -> bool {
        match self {
            Self::NotThisWay | Self::InvalidGrant | Self::UseNonce => false,
            // The authorization server may grant to the user what it does not grant for a token.
            Self::InvalidScope => !matches!(way, Some(Way::Refresh | Way::Exchange)),
            _ => true,
        }
    }

    pub(super) const fn is_remembered(self) -> bool {
        !matches!(self, Self::TimedOut | Self::InvalidGrant | Self::Unavailable | Self::Unusable(_) | Self::UseNonce)
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
            Self::Unusable(reason) => reason,
        })
    }
}

/// A request in progress.
#[derive(Debug)]
pub(super) struct Flight {
    number: u64,
    /// The operation that it is for, among others.
    owner: OperationId,
    scopes: Scopes,
    authentication: Authentication,
    renews: bool,
    resource_metadata: Option<String>,
    /// The ways that are left.
    ways: std::vec::IntoIter<Way>,
    /// The way that is in use.
    way: Option<Way>,
    /// Whether a way was tried again, with a nonce.
    has_nonce: bool,
    /// The requests so far, and how many there may be.
    spent: u8,
    allowed: u8,
}

impl Flight {
    pub(super) fn new(
        number: u64,
        owner: OperationId,
        scopes: Scopes,
        need: Need,
        ways: Vec<Way>,
        allowed: u8,
    ) -> Self {
        let renews = need.renews();
        let Need { authentication, resource_metadata, .. } = need;
        // The last way is the one that can succeed.
        let left_out = ways.len().saturating_sub(usize::from(allowed));
        let mut ways = ways.into_iter();
        let way = ways.nth(left_out);
        let (has_nonce, spent) = (false, 1);
        Self { number, owner, scopes, authentication, renews, resource_metadata, ways, way, has_nonce, spent, allowed }
    }

    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    pub(super) const fn owner(&self) -> OperationId {
        self.owner
    }

    pub(super) const fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    pub(super) const fn authentication(&self) -> &Authentication {
        &self.authentication
    }

    /// Returns whether a token with the same scopes is another one for the server.
    pub(super) const fn renews(&self) -> bool {
        self.renews
    }

    /// Returns how many requests it has caused.
    pub(super) const fn spent(&self) -> u8 {
        self.spent
    }

    /// Returns whether a refusal ends it, without another request.
    pub(super) const fn ends_with(&self, refusal: Refusal) -> bool {
        refusal.is_final(self.way)
    }

    /// Prepares the next request after a refusal: the same one with a nonce, or the next way. Returns `false` if there is none.
    pub(super) fn next_request(&mut self, refusal: Refusal) -> bool {
        let left = usize::from(self.allowed.saturating_sub(self.spent));
        if refusal == Refusal::UseNonce && !self.has_nonce && left > self.ways.len() {
            self.has_nonce = true;
        } else if left > 0 {
            self.way = self.ways.next();
        } else {
            self.way = None;
        }
        self.spent += 1;
        self.way.is_some()
    }

    pub(super) fn request(&self, token: Option<u64>) -> Option<TokenRequest> {
        let way = self.way?;
        let mut scopes = self.scopes.clone();
        if !matches!(way, Way::Interaction | Way::External) {
            // The scope asks the user for their consent. Without a user it can only be refused.
            scopes.remove(OFFLINE_ACCESS);
        }
        Some(TokenRequest {
            flight: self.number,
            operation: self.owner,
            way,
            scopes,
            authentication: self.authentication.clone(),
            token: token.filter(|_| matches!(way, Way::Refresh | Way::Exchange)),
            resource_metadata: self.resource_metadata.clone(),
        })
    }
}
