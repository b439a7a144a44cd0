//! The token verifier.

use core::{fmt, future::Future, pin::Pin};
use std::sync::Arc;

use super::{Claims, Token};
use crate::reason::reason;

/// The future of a verification.
pub type Verification<'a> = Pin<Box<dyn Future<Output = Result<Arc<Claims>, TokenError>> + Send + 'a>>;

/// Verifies tokens and returns their claims.
///
/// The layer asks once per request with a token. The verifier checks signature, issuer and revocation. It returns audience and
/// expiry, and the layer compares them with its resource and its clock as well.
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
    /// Returns the claims of a valid token.
    ///
    /// # Errors
    /// [`TokenError::invalid`] if the token is invalid: 401. [`TokenError::unavailable`] if it cannot be verified now: 503. In
    /// both cases the request is rejected.
    fn verify<'a>(&'a self, token: Token<'a>) -> Verification<'a>;

    /// Returns whether an earlier verification is still valid, as far as that is known without waiting: `false` once the key
    /// that signed the token has left the key set. Caches ask before they return cached claims.
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

/// Why a token was rejected. Its text is static, so it contains no part of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenError {
    kind: TokenErrorKind,
    reason: &'static str,
}

/// The kind of a [`TokenError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenErrorKind {
    /// The token is expired, revoked, malformed or not for this server: 401 with `invalid_token` (RFC 6750 §3.1).
    Invalid,
    /// A dependency of the verification is unreachable, such as a key set that cannot be fetched: 503.
    Unavailable,
}

impl TokenError {
    pub(crate) const BOUND: Self = Self::invalid(reason!(
        "it is bound to a key by `cnf`, and this server does not verify the proof of possession yet"
    ));
    pub(crate) const EXPIRED: Self = Self::invalid(reason!("it has expired"));
    pub(crate) const FOREIGN: Self = Self::invalid(reason!("it is not meant for this server"));
    pub(crate) const UNKNOWN: Self = Self::invalid(reason!("it is not known"));

    /// Creates the error of an invalid token. The client sees the reason after "the token was refused: ", and in
    /// `error_description`, which holds printable ASCII without `"`, `\` and `=`: other characters are replaced there.
    #[must_use]
    pub const fn invalid(reason: &'static str) -> Self {
        Self { kind: TokenErrorKind::Invalid, reason }
    }

    /// Creates the error of a token that cannot be verified now.
    #[must_use]
    pub const fn unavailable(reason: &'static str) -> Self {
        Self { kind: TokenErrorKind::Unavailable, reason }
    }

    /// Returns the kind of error.
    #[must_use]
    pub const fn kind(&self) -> TokenErrorKind {
        self.kind
    }

    /// Returns the reason.
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
