//! What a client keeps of a response with tokens.

use core::{fmt, future::Future};
use std::sync::{Arc, Mutex, PoisonError};

use crate::{scopes::Scopes, step_up::Grant};

/// A secret text: an access or refresh token. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    secret: Arc<str>,
    is_bound: bool,
}

impl AccessToken {
    /// Wraps a token.
    #[must_use]
    pub fn new(token: &str) -> Self {
        Self { secret: token.into(), is_bound: false }
    }

    /// Wraps an access token that is bound to a key (`token_type: DPoP`, RFC 9449 §5). Each request with it has a
    /// [proof](crate::Authorizer::proof).
    #[must_use]
    pub fn bound(token: &str) -> Self {
        Self { is_bound: true, ..Self::new(token) }
    }

    /// Returns the token, for the header `Authorization` and nothing else.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Returns whether the token is bound to a key of the client.
    #[must_use]
    pub const fn is_bound(&self) -> bool {
        self.is_bound
    }

    /// Returns the value of the header `Authorization`: of the scheme `Bearer` (RFC 6750 §2.1), or `DPoP` for a bound token (RFC 9449 §7.1).
    ///
    /// ```
    /// use mcp_scopes_client::AccessToken;
    /// assert_eq!(AccessToken::new("a").authorization(), "Bearer a");
    /// assert_eq!(AccessToken::bound("a").authorization(), "DPoP a");
    /// ```
    #[must_use]
    pub fn authorization(&self) -> String {
        let scheme = if self.is_bound { "DPoP" } else { "Bearer" };
        format!("{scheme} {}", self.secret)
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(..)")
    }
}

/// The response of a token endpoint (RFC 6749 §5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Issued {
    /// `access_token`.
    pub access_token: AccessToken,
    /// `refresh_token`.
    pub refresh_token: Option<AccessToken>,
    /// `scope`; `None` if the response has no such member: the scopes are those that were requested.
    pub scopes: Option<Scopes>,
    /// The issuer identifier of the authorization server, where the authorizer knows it. Refresh tokens are sent to no other.
    pub issuer: Option<String>,
}

impl Issued {
    /// Creates a response with an access token alone.
    pub fn new(access_token: &str) -> Self {
        Self { access_token: AccessToken::new(access_token), refresh_token: None, scopes: None, issuer: None }
    }

    /// Returns what the state machine needs to know.
    pub(crate) fn grant(&self) -> Grant {
        let grant = self.scopes.clone().map_or_else(Grant::as_requested, Grant::with_scopes);
        let grant = if self.access_token.is_bound() { grant.bound() } else { grant };
        if self.refresh_token.is_some() { grant.can_refresh() } else { grant }
    }
}

/// Keeps the newest tokens of one client at one resource and issuer, such as in the keychain of a system.
pub trait TokenStore: Send + Sync + 'static {
    /// Returns the tokens that were kept, and the scopes that were requested for them.
    fn load(&self) -> impl Future<Output = Option<(Issued, Scopes)>> + Send;

    /// Keeps tokens in place of earlier ones. A store that fails loses them: the user is asked again after a restart.
    fn save(&self, issued: &Issued, requested: &Scopes) -> impl Future<Output = ()> + Send;

    /// Deletes the tokens: the user has logged out.
    fn clear(&self) -> impl Future<Output = ()> + Send;
}

/// Keeps tokens in memory, until the process ends.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Option<(Issued, Scopes)>>);

impl TokenStore for MemoryStore {
    async fn load(&self) -> Option<(Issued, Scopes)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn save(&self, issued: &Issued, requested: &Scopes) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((issued.clone(), requested.clone()));
    }

    async fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
