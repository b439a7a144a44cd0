//! One request for a token, in progress.

use crate::{challenge::Authentication, scopes::Scopes, selection::OFFLINE_ACCESS};

use super::{OperationId, Refusal, Way, need::Need, way::Ways};

/// A token that the client requests. `resource` (RFC 8707) is the resource of this client, in each request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// The number of the request, for [`StepUp::obtained`](super::StepUp::obtained).
    pub flight: u64,
    /// An operation that waits for it.
    pub operation: OperationId,
    /// How to obtain it.
    pub way: Way,
    /// The scopes to request. Empty: leave out the parameter. Those of a refresh are what was requested for the token before; the request names none.
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
    pub(super) is_bound: bool,
}

impl Grant {
    /// A token with the requested scopes: the response has no member `scope` (RFC 6749 §5.1). That of a refresh has the scopes of the token before (§6).
    pub const fn as_requested() -> Self {
        Self { scopes: None, can_refresh: false, is_bound: false }
    }

    /// A token with these scopes.
    pub const fn with_scopes(scopes: Scopes) -> Self {
        Self { scopes: Some(scopes), can_refresh: false, is_bound: false }
    }

    /// States that a refresh token was issued too.
    pub const fn can_refresh(mut self) -> Self {
        self.can_refresh = true;
        self
    }

    /// States that the token is bound to a key (RFC 9449), so that requests with it have a proof.
    pub const fn bound(mut self) -> Self {
        self.is_bound = true;
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
    /// What its operation needs.
    need: Need,
    /// The ways that are left.
    ways: std::vec::IntoIter<Way>,
    /// Why another way is not tried after these.
    closed: Option<Refusal>,
    /// The way that is in use.
    way: Way,
    /// Whether this way was tried again, with a nonce.
    has_nonce: bool,
    /// The requests so far, and how many there may be.
    spent: u8,
    allowed: u8,
}

impl Flight {
    /// Returns `None` if there is no way.
    pub(super) fn new(
        number: u64,
        owner: OperationId,
        scopes: Scopes,
        need: Need,
        ways: Ways,
        allowed: u8,
    ) -> Option<Self> {
        let Ways { open, closed } = ways;
        // The last way is the one that can succeed.
        let left_out = open.len().saturating_sub(usize::from(allowed));
        let mut ways = open.into_iter();
        let way = ways.nth(left_out)?;
        let (has_nonce, spent) = (false, 1);
        Some(Self { number, owner, scopes, need, ways, closed, way, has_nonce, spent, allowed })
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

    pub(super) const fn need(&self) -> &Need {
        &self.need
    }

    pub(super) const fn way(&self) -> Way {
        self.way
    }

    pub(super) const fn closed(&self) -> Option<Refusal> {
        self.closed
    }

    /// Returns how many requests it has caused.
    pub(super) const fn spent(&self) -> u8 {
        self.spent
    }

    /// Prepares the next request after a refusal: the same one with a nonce, or the next way. Returns `false` if there is none.
    pub(super) fn next_request(&mut self, refusal: Refusal) -> bool {
        let left = usize::from(self.allowed.saturating_sub(self.spent));
        if refusal.is_final(self.way) || left == 0 {
            return false;
        }
        if refusal == Refusal::UseNonce && !self.has_nonce && left > self.ways.len() {
            self.has_nonce = true;
        } else if let Some(way) = self.ways.next() {
            (self.way, self.has_nonce) = (way, false);
        } else {
            return false;
        }
        self.spent += 1;
        true
    }

    /// Returns the request. `requested` are the scopes that were requested for the current token.
    pub(super) fn request(&self, token: Option<u64>, requested: &Scopes) -> TokenRequest {
        let way = self.way;
        // A refresh names no scopes: its token is for what was requested before.
        let mut scopes = if way == Way::Refresh { requested.clone() } else { self.scopes.clone() };
        if !matches!(way, Way::Interaction | Way::External) {
            // The scope asks the user for their consent. Without a user it can only be refused.
            scopes.remove(OFFLINE_ACCESS);
        }
        TokenRequest {
            flight: self.number,
            operation: self.owner,
            way,
            scopes,
            authentication: self.need.authentication.clone(),
            token: token.filter(|_| matches!(way, Way::Refresh | Way::Exchange)),
            resource_metadata: self.need.resource_metadata.clone(),
        }
    }
}
