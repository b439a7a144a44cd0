//! One request for a token, in progress.

use crate::{challenge::Authentication, scopes::Scopes, selection::OFFLINE_ACCESS};

use super::{OperationId, Refusal, Way, need::Need};

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
