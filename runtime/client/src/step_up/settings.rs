//! What a client may do.

/// How a client obtains tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// For a user, who can be asked.
    User,
    /// By the client's own credentials (RFC 6749 §4.4). It does not step up, unless [`Settings::step_up`] says so.
    ClientCredentials,
    /// By other software, which is asked for each token.
    External,
}

/// What a client may do.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Settings {
    pub(super) kind: Kind,
    pub(super) step_up: bool,
    pub(super) offline_access: bool,
    pub(super) exchange: bool,
}

impl Settings {
    /// A client of a user.
    pub const fn user() -> Self {
        Self { kind: Kind::User, step_up: true, offline_access: false, exchange: false }
    }

    /// A client that uses its own credentials. A refusal is final: an operator has decided what it may do.
    pub const fn client_credentials() -> Self {
        Self { kind: Kind::ClientCredentials, step_up: false, ..Self::user() }
    }

    /// A client that receives tokens from other software.
    pub const fn external() -> Self {
        Self { kind: Kind::External, ..Self::user() }
    }

    /// Sets whether a token is requested when an operation needs more scopes, or a new authentication of the user.
    pub const fn step_up(mut self, step_up: bool) -> Self {
        self.step_up = step_up;
        self
    }

    /// Returns whether a user can be asked to authenticate again: a client's own credentials have no user.
    pub(super) const fn can_authenticate(self) -> bool {
        self.step_up && !matches!(self.kind, Kind::ClientCredentials)
    }

    /// Asks for refresh tokens by the scope `offline_access`. Without this call it is never requested, also if a server names it. It is requested only from the
    /// user, and only where the metadata of the authorization server lists it.
    pub const fn offline_access(mut self) -> Self {
        self.offline_access = true;
        self
    }

    /// States that the metadata of the authorization server lists the grant type of token exchange (RFC 8693). It is tried before the user is
    /// asked.
    pub const fn token_exchange(mut self) -> Self {
        self.exchange = true;
        self
    }
}
