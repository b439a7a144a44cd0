//! Who tells whether a token is good.

use core::{fmt, future::Future, pin::Pin};
use std::sync::Arc;

use super::{Claims, Token};
use crate::reason::reason;

/// A verification under way.
pub type Verification<'a> = Pin<Box<dyn Future<Output = Result<Arc<Claims>, TokenError>> + Send + 'a>>;

/// Tells whether a token is good, and what it says.
///
/// The layer asks it once per request with a token. It answers for signature, issuer and revocation; audience and expiry it
/// hands over, and the layer holds them against its resource and clock as well.
///
/// ```
/// use std::sync::Arc;
/// use mcp_scopes_server::{Claims, Token, TokenError, TokenVerifier, Verification};
///
/// struct OneToken;
/// impl TokenVerifier for OneToken {
///     fn verify<'a>(&'a self, token: Token<'a>) -> Verification<'a> {
///         Box::pin(async move {
///             if token.expose_secret() != "secret" {
///                 return Err(TokenError::invalid("it is not known"));
///             }
///             let claims = Claims::new("https://auth.example.com").subject("ada");
///             Ok(Arc::new(claims.audience(["https://files.example.com/mcp"]).scope("files:read")))
///         })
///     }
/// }
/// ```
pub trait TokenVerifier: Send + Sync + 'static {
    /// What the token says, if it is good.
    ///
    /// # Errors
    /// [`TokenError::invalid`] if it is not: 401. [`TokenError::unavailable`] if nobody can tell right now: 503, and nothing
    /// is let through.
    fn verify<'a>(&'a self, token: Token<'a>) -> Verification<'a>;

    /// Whether what was verified before still counts, as far as that can be told without waiting: `false` once the key
    /// that signed it has left the key set. Caches ask before they answer.
    fn still_counts(&self, claims: &Claims) -> bool {
        let _ = claims;
        true
    }
}

impl<V: TokenVerifier + ?Sized> TokenVerifier for Arc<V> {
    fn verify<'a>(&'a self, token: Token<'a>) -> Verification<'a> {
        (**self).verify(token)
    }

    fn still_counts(&self, claims: &Claims) -> bool {
        (**self).still_counts(claims)
    }
}

/// Why a token was not accepted. Its text is static: it can hold nothing of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenError {
    kind: TokenErrorKind,
    reason: &'static str,
}

/// What kind of [`TokenError`] it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenErrorKind {
    /// The token is expired, revoked, malformed or not for this server: 401 with `invalid_token` (RFC 6750 §3.1).
    Invalid,
    /// What it takes to tell is out of reach, such as a key set that cannot be fetched: 503.
    Unavailable,
}

impl TokenError {
    pub(crate) const BOUND: Self = Self::invalid(reason!(
        "it is bound to a key by `cnf`, and this server does not verify the proof of possession yet"
    ));
    pub(crate) const EXPIRED: Self = Self::invalid(reason!("it has expired"));
    pub(crate) const FOREIGN: Self = Self::invalid(reason!("it is not meant for this server"));
    pub(crate) const UNKNOWN: Self = Self::invalid(reason!("it is not known"));

    /// The token is not valid. The client sees the reason after "the token was refused: ", and in `error_description`, which
    /// holds printable ASCII without `"`, `\` and `=`: other characters are replaced there.
    #[must_use]
    pub const fn invalid(reason: &'static str) -> Self {
        Self { kind: TokenErrorKind::Invalid, reason }
    }

    /// Nobody can tell right now.
    #[must_use]
    pub const fn unavailable(reason: &'static str) -> Self {
        Self { kind: TokenErrorKind::Unavailable, reason }
    }

    /// What kind of error it is.
    #[must_use]
    pub const fn kind(&self) -> TokenErrorKind {
        self.kind
    }

    /// Why, in words.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        self.reason
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TokenErrorKind::Invalid => write!(f, "the token was refused: {}", self.reason),
            TokenErrorKind::Unavailable => write!(f, "the token could not be verified: {}", self.reason),
        }
    }
}

impl core::error::Error for TokenError {}
