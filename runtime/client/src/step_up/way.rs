//! The ways to obtain a token.

use crate::challenge::Authentication;

use super::{Kind, Refusal, Stop, need::Need};

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

/// The ways that are open to an operation, and why others are not.
#[derive(Debug)]
pub(super) struct Ways {
    /// In the order in which they are tried.
    pub(super) open: Vec<Way>,
    /// Why a way that may succeed is not tried.
    pub(super) closed: Option<Refusal>,
}

impl Ways {
    /// Returns why the operation ends, if no way is open.
    pub(super) fn stop(&self, need: &Need) -> Option<Stop> {
        let refusal = self.closed.unwrap_or(Refusal::NotThisWay);
        self.open.is_empty().then(|| Stop::Refused(need.scopes.clone(), refusal))
    }
}
