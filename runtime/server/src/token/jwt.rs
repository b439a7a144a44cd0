//! Access tokens that are JWTs (RFC 7519, RFC 9068), checked as RFC 8725 requires.
//!
//! | module | holds |
//! |---|---|
//! | `compact` | splits a token, and checks its header |
//!
//! The requirements for its claims are in the sibling module `rules`.

mod compact;

use core::{fmt, time::Duration};
use std::sync::Arc;

use self::compact::Compact;
use super::{
    Claims, Clock, KeySource, Token, TokenError, TokenVerifier, Verification,
    algorithm::Algorithm,
    rules::{Rules, Teller},
};
use crate::reason::reason;

/// Verifies access tokens that are JWTs.
///
/// ```no_run
/// use std::sync::Arc;
/// use mcp_scopes_server::token::{JwtVerifier, KeySet};
/// let keys = Arc::new(KeySet::from_file("jwks.json")?);
/// let verifier = JwtVerifier::new("https://auth.example.com", "https://files.example.com/mcp", keys);
/// # Ok::<(), mcp_scopes_server::token::KeySetError>(())
/// ```
///
/// A token is valid if all of these hold:
///
/// - It is signed with an allowed algorithm and a key of the issuer.
/// - `iss` is the issuer, and `aud` contains this server's resource.
/// - `exp` is in the future; `nbf` and `iat` are not.
/// - `typ` in its header and `typ`, `token_type` and `token_use` among its claims, if present, are those of an access token.
/// - `scope` and `scp`, if both are present, grant the same scopes.
/// - Header and claims contain no duplicate member.
///
/// A token with `cnf` is rejected, because the proof of possession is not verified yet.
///
/// Signatures are verified by aws-lc-rs on Linux, macOS and Windows on x86-64 and 64-bit Arm, and in pure Rust elsewhere. Where
/// aws-lc-rs does not build, `RUSTFLAGS="--cfg mcp_scopes_rust_crypto"` selects pure Rust. TLS, which the features `jwks` and
/// `introspection` use, still requires aws-lc-rs.
#[derive(Clone)]
#[must_use]
pub struct JwtVerifier<K> {
    keys: K,
    algorithms: Vec<Algorithm>,
    rules: Rules,
    typed: bool,
    clock: Clock,
}

impl<K: KeySource> JwtVerifier<K> {
    /// Creates a verifier for tokens of this issuer and this resource. Both are compared code point by code point.
    pub fn new(issuer: impl Into<String>, resource: impl Into<String>, keys: K) -> Self {
        Self {
            keys,
            algorithms: Algorithm::ASYMMETRIC.to_vec(),
            rules: Rules::new(issuer, resource, Teller::Token),
            typed: false,
            clock: Clock::default(),
        }
    }

    /// Adds a resource that `aud` may contain: that of the sandbox, where the audience determines the environment. The layer
    /// rejects a token whose audience contains neither resource: not every audience that an issuer writes, such as a client id,
    /// is a resource (MCP 2026-07-28, "Token Audience Binding").
    pub fn or_resource(mut self, resource: impl Into<String>) -> Self {
        self.rules.resources.push(resource.into());
        self
    }

    /// Sets the accepted algorithms. Default: [`Algorithm::ASYMMETRIC`]. Accept as few as possible (RFC 8725 §3.1).
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Sets the accepted clock difference between issuer and server. Default: 30 seconds.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.rules.leeway = leeway;
        self
    }

    /// Requires a claim to be present and not null.
    pub fn require_claim(mut self, name: impl Into<String>) -> Self {
        self.rules.required.push(name.into());
        self
    }

    /// Requires `typ: at+jwt` (RFC 9068 §2.1), so that an ID token is not accepted as an access token. Not every issuer
    /// sends it.
    pub fn require_access_token_type(mut self) -> Self {
        self.typed = true;
        self
    }

    /// Sets the clock that `exp`, `nbf` and `iat` are compared with. Default: the system clock.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    async fn verified(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let compact = Compact::read(token)?;
        let header = compact.header()?;
        if !self.algorithms.contains(&header.algorithm) {
            return Err(TokenError::invalid(reason!("its algorithm is not allowed")));
        }
        if self.typed && !header.typed {
            return Err(TokenError::invalid(reason!("`typ` in its header does not say that it is an access token")));
        }
        let named = header.key.as_deref();
        let keys = self.keys.keys(named).await?;
        let key = keys.signer(named, header.algorithm, compact.message, &compact.signature);
        let key = key.ok_or_else(|| {
            TokenError::invalid(match named {
                _ if keys.has(named) => reason!("no key of its issuer verifies its signature"),
                None => reason!("it names no key by `kid`, and its issuer has several keys"),
                Some(_) => reason!("its issuer has no key with its `kid`"),
            })
        })?;
        let claims = self.rules.check(&compact.claims()?, self.clock.now())?;
        Ok(Arc::new(claims.signed_by(key)))
    }
}

impl<K: KeySource> TokenVerifier for JwtVerifier<K> {
    fn verify<'a>(&'a self, token: Token<'a>) -> Verification<'a> {
        Box::pin(self.verified(token))
    }

    fn still_counts(&self, claims: &Claims) -> bool {
        // Claims of another issuer, or without a signing key, cannot be checked here: one issuer may also issue opaque tokens.
        claims.issuer() != self.rules.issuer
            || claims.key().is_none_or(|key| self.keys.current().is_some_and(|keys| keys.holds(key)))
    }
}

impl<K> fmt::Debug for JwtVerifier<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtVerifier").field("algorithms", &self.algorithms).finish_non_exhaustive()
    }
}
