//! The token verifier.

use core::{error::Error, fmt, future::Future, pin::Pin};
use std::{borrow::Cow, sync::Arc};

use super::{Claims, OwnedToken, Token};
use crate::reason::reason;

/// Verifies tokens and returns their claims.
///
/// The layer calls it once per request with a token. The verifier checks signature, issuer and revocation. It returns audience and
/// expiry, and the layer compares them with its resource and its clock as well. For a closure see [`verifier_fn`].
///
/// ```
/// use std::sync::Arc;
/// use mcp_scopes_server::{Claims, Token, TokenError, TokenVerifier};
///
/// struct OneToken;
/// impl TokenVerifier for OneToken {
///     async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
///         if token.expose_secret() != "secret" {
///             return Err(TokenError::invalid("it is not known"));
///         }
///         let claims = Claims::builder("https://auth.example.com").subject("ada");
///         Ok(Arc::new(claims.audience(["https://files.example.com/mcp"]).scope("files:read").build()))
///     }
/// }
/// ```
pub trait TokenVerifier: Send + Sync + 'static {
    /// Returns the claims of a valid token.
    ///
    /// # Errors
    /// [`TokenError::invalid`] if the token is invalid: 401. [`TokenError::unavailable`] if it cannot be verified now: 503. In
    /// both cases the request is rejected.
    fn verify(&self, token: Token<'_>) -> impl Future<Output = Result<Arc<Claims>, TokenError>> + Send;

    /// Returns whether an earlier verification is still valid, as far as that is known without waiting: `false` once the key
    /// that signed the token has left the key set. Caches ask before they return cached claims.
    fn is_still_valid(&self, claims: &Claims) -> bool {
        let _ = claims;
        true
    }

    /// Returns the issuers whose tokens this verifier accepts, as far as it is bound to them. A server whose advertised issuers
    /// differ from these only in a detail, such as a trailing slash, is not built.
    fn issuers(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl<V: TokenVerifier> TokenVerifier for Arc<V> {
    fn verify(&self, token: Token<'_>) -> impl Future<Output = Result<Arc<Claims>, TokenError>> + Send {
        (**self).verify(token)
    }

    fn is_still_valid(&self, claims: &Claims) -> bool {
        (**self).is_still_valid(claims)
    }

    fn issuers(&self) -> Vec<&str> {
        (**self).issuers()
    }
}

/// The future of a verification.
pub(crate) type VerifyFuture<'a> = Pin<Box<dyn Future<Output = Result<Arc<Claims>, TokenError>> + Send + 'a>>;

/// [`TokenVerifier`] for trait objects.
pub(crate) trait DynTokenVerifier: Send + Sync + 'static {
    fn verify_boxed<'a>(&'a self, token: Token<'a>) -> VerifyFuture<'a>;

    fn is_claims_still_valid(&self, claims: &Claims) -> bool;

    fn bound_issuers(&self) -> Vec<&str>;
}

impl<V: TokenVerifier> DynTokenVerifier for V {
    fn verify_boxed<'a>(&'a self, token: Token<'a>) -> VerifyFuture<'a> {
        Box::pin(self.verify(token))
    }

    fn is_claims_still_valid(&self, claims: &Claims) -> bool {
        self.is_still_valid(claims)
    }

    fn bound_issuers(&self) -> Vec<&str> {
        self.issuers()
    }
}

/// Returns a verifier that calls a closure. The closure receives an owned token, so that its future may hold it.
///
/// ```
/// use mcp_scopes_server::{Claims, TokenError, verifier_fn};
/// let verifier = verifier_fn(|token| async move {
///     if token.expose_secret() != "secret" {
///         return Err(TokenError::invalid("it is not known"));
///     }
///     Ok(Claims::builder("https://auth.example.com").audience(["https://files.example.com/mcp"]).scope("files:read").build())
/// });
/// # let _ = verifier;
/// ```
pub fn verifier_fn<F, R>(verify: F) -> VerifierFn<F>
where
    F: Fn(OwnedToken) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Claims, TokenError>> + Send,
{
    VerifierFn(verify)
}

/// A verifier that calls a closure. Created by [`verifier_fn`].
#[derive(Clone)]
#[must_use]
pub struct VerifierFn<F>(F);

impl<F, R> TokenVerifier for VerifierFn<F>
where
    F: Fn(OwnedToken) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Claims, TokenError>> + Send,
{
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        (self.0)(token.to_owned_token()).await.map(Arc::new)
    }
}

impl<F> fmt::Debug for VerifierFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifierFn").finish_non_exhaustive()
    }
}

/// Why a token was rejected. Its text is of the program and its settings, so it contains no part of a token. Clients see the
/// text. The [source](Self::caused_by) and the [help](Self::with_help) are for logs only.
#[derive(Clone)]
pub struct TokenError {
    kind: TokenErrorKind,
    reason: Cow<'static, str>,
    help: Option<&'static str>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// Compares kind and reason, and not the source or the help.
impl PartialEq for TokenError {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.reason) == (other.kind, &other.reason)
    }
}

impl Eq for TokenError {}

impl fmt::Debug for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenError").field("kind", &self.kind).field("reason", &self.reason()).finish_non_exhaustive()
    }
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
        "it is bound to a key by `cnf`, and this server does not verify the proof of possession"
    ))
    .with_help(
        "accept DPoP proofs: `.dpop(Dpop::new())` with the feature `dpop`; for certificates `.proof_checked_by_proxy()`; or let \
         the issuer write plain bearer tokens for this server",
    );
    pub(crate) const BOUND_TO_CERTIFICATE: Self = Self::invalid(reason!(
        "it is bound to a certificate by `cnf`, and this server does not verify the proof of possession"
    ))
    .with_help("if a proxy compares the client's certificate with `x5t#S256`: `.proof_checked_by_proxy()`");
    pub(crate) const EXPIRED: Self = Self::invalid(reason!("it has expired: `exp` is in the past")).with_help(
        "the client has to refresh its token; compare the clocks of issuer and server, or set `.leeway(..)`",
    );
    pub(crate) const FOREIGN: Self = Self::invalid(reason!("`aud` has another value than this server accepts")).with_help(
        "let the issuer write the resource of this server into `aud`, or accept another audience: `.also_audience(..)`",
    );
    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub(crate) const ID_TOKEN: Self =
        Self::invalid(reason!("it looks like an ID token")).with_help("send the access token and not the ID token");
    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub(crate) const OTHER_SLASH: Self = Self::invalid(reason!(
        "`iss` differs from the configured issuer only by a trailing slash"
    ))
    .with_help("write the issuer as its metadata states it, or state what tokens name with `.token_issuer(..)`");
    pub(crate) const UNKNOWN: Self = Self::invalid(reason!("it is not known"))
        .with_help("send an API key that was added to this server: `.api_keys(..)`");

    /// Creates the error of an invalid token. The client sees the reason after "the token was refused: ", and in
    /// `error_description`, which holds printable ASCII without `"`, `\` and `=`: other characters are replaced there.
    #[must_use]
    pub const fn invalid(reason: &'static str) -> Self {
        Self { kind: TokenErrorKind::Invalid, reason: Cow::Borrowed(reason), help: None, source: None }
    }

    /// Creates the error of a token that cannot be verified now.
    #[must_use]
    pub const fn unavailable(reason: &'static str) -> Self {
        Self { kind: TokenErrorKind::Unavailable, reason: Cow::Borrowed(reason), help: None, source: None }
    }

    /// Creates the error of a claim: its name, and what is wrong with it.
    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub(super) fn of_claim(name: impl fmt::Display, wrong: &'static str) -> Self {
        let reason = Cow::Owned(format!("`{name}` {wrong}"));
        Self { kind: TokenErrorKind::Invalid, reason, help: None, source: None }
    }

    /// Sets what the operator can change, such as a setting. No response contains it. With the feature `tracing` an event
    /// `cause` does.
    #[must_use]
    pub const fn with_help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }

    /// Returns what the operator can change.
    #[must_use]
    pub const fn help(&self) -> Option<&'static str> {
        self.help
    }

    /// Sets the error that caused this one. No response contains it. With the feature `tracing` an event
    /// `cause` does: its text must contain no part of a token.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into().into());
        self
    }

    #[cfg(feature = "introspection")]
    pub(super) fn with_source(mut self, source: Option<Arc<dyn Error + Send + Sync>>) -> Self {
        self.source = source;
        self
    }

    /// Returns the kind of error.
    #[must_use]
    pub const fn kind(&self) -> TokenErrorKind {
        self.kind
    }

    /// Returns the reason.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
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

impl Error for TokenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}
