//! Caches verified tokens, so that a signature is not checked for every request.

use core::{fmt, time::Duration};
use std::{
    sync::Arc,
    time::{Instant, SystemTime},
};

use quick_cache::sync::Cache;

use super::{
    Claims, Token, TokenError, TokenErrorKind, TokenVerifier, clock,
    flights::{Flight, Flights, Verified},
    identity::{Hash, whole},
    revocations::{REVOKED, Revocations},
};

/// How many tokens are cached by default, and for how long.
pub(super) const TOKENS: usize = 10_000;
pub(super) const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// A verifier that caches the results of another one: for a bounded number of tokens and a bounded time, never beyond a
/// token's expiry, and not after its key has left the key set. Rejections are cached only with
/// [`with_rejections`](Self::with_rejections).
///
/// Concurrent requests with the same token share one verification. Clones share all state, so that any of them
/// can [`revoke`](Self::revoke).
///
/// ```
/// # let verifier = mcp_scopes_server::verifier_fn(|_| async { Err(mcp_scopes_server::TokenError::invalid("")) });
/// use mcp_scopes_server::{Token, token::TokenCache};
/// let tokens = TokenCache::new(verifier);
/// tokens.revoke(Token::new("stolen"), None);
/// ```
pub struct TokenCache<V> {
    shared: Arc<Inner<V>>,
}

struct Inner<V> {
    verifier: V,
    good: Cache<Hash, Good>,
    lifetime: Duration,
    /// Rejected tokens, with the time and the reason. `rejections` is how long an entry is valid.
    bad: Cache<Hash, (Instant, TokenError)>,
    rejections: Duration,
    flights: Flights,
    revoked: Revocations,
}

/// A verified token.
#[derive(Clone)]
struct Good {
    claims: Arc<Claims>,
    since: Instant,
}

impl<V: TokenVerifier> TokenCache<V> {
    /// Caches up to 10,000 tokens, each for five minutes.
    pub fn new(verifier: V) -> Self {
        Self::with_limits(verifier, TOKENS, LIFETIME)
    }

    /// Caches up to `tokens` tokens, each for `lifetime`. A token that its issuer revokes may still be accepted for that long.
    pub fn with_limits(verifier: V, tokens: usize, lifetime: Duration) -> Self {
        Self::with_rejections(verifier, tokens, lifetime, Duration::ZERO)
    }

    /// Caches up to `tokens` rejected tokens as well, each for `rejections`: for verifications that cost a third party something.
    /// A few seconds suffice. A token that becomes valid is rejected until its entry expires. That a verifier was
    /// [unavailable](TokenError::unavailable) is never cached.
    pub fn with_rejections(verifier: V, tokens: usize, lifetime: Duration, rejections: Duration) -> Self {
        let (good, bad) = (Cache::new(tokens), Cache::new(if rejections.is_zero() { 0 } else { tokens }));
        let (flights, revoked) = Default::default();
        Self { shared: Arc::new(Inner { verifier, good, lifetime, bad, rejections, flights, revoked }) }
    }

    /// Rejects a token from now on: until a time, such as its expiry, or for as long as the process runs. A JWT is rejected
    /// with any signature.
    pub fn revoke(&self, token: Token<'_>, until: Option<SystemTime>) {
        self.shared.revoked.add(token, until);
        self.shared.good.remove(&whole(token));
    }

    /// Returns the result for a token with this hash, if it is known without a verification.
    pub(super) fn cached(&self, hash: &Hash, token: Token<'_>) -> Option<Verified> {
        if self.shared.revoked.has_hashed(hash, token) {
            return Some(Err(REVOKED));
        }
        self.shared.cached_result(hash)
    }

    /// Verifies a token with this hash that is not cached.
    pub(super) async fn verify_hashed(&self, hash: Hash, token: Token<'_>) -> Verified {
        self.shared.flight(hash, token).await
    }

    /// Returns the verifier behind the cache.
    #[cfg(feature = "jwks")]
    pub(super) fn verifier(&self) -> &V {
        &self.shared.verifier
    }

    /// Returns the number of cached tokens.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.good.len()
    }

    /// Returns whether no token is cached.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shared.good.is_empty()
    }
}

impl<V: TokenVerifier> Inner<V> {
    /// Returns the cached claims of a token, if they are still valid.
    fn remembered(&self, hash: &Hash) -> Option<Arc<Claims>> {
        let good = self.good.get(hash)?;
        let ended = good.claims.expires_at().is_some_and(|end| end <= clock::now());
        if ended || good.since.elapsed() >= self.lifetime || !self.verifier.is_still_valid(&good.claims) {
            self.good.remove(hash);
            return None;
        }
        Some(good.claims)
    }

    /// Returns the cached rejection of a token, if it is recent enough.
    fn refused(&self, hash: &Hash) -> Option<TokenError> {
        let (since, error) = self.bad.get(hash)?;
        (since.elapsed() < self.rejections).then_some(error)
    }

    /// Returns the result if it is known without a verification.
    fn cached_result(&self, hash: &Hash) -> Option<Verified> {
        let remembered = self.remembered(hash).map(Ok);
        remembered.or_else(|| self.refused(hash).map(Err))
    }

    /// Returns the verification of this token that is in progress, or starts one.
    fn flight(self: &Arc<Self>, hash: Hash, token: Token<'_>) -> Flight {
        self.flights.join(hash, || {
            let (inner, text) = (Arc::clone(self), token.expose_secret().to_owned());
            async move { inner.verify(hash, Token::new(&text)).await }
        })
    }

    async fn verify(&self, hash: Hash, token: Token<'_>) -> Verified {
        // Another verification may have ended since this request checked the cache.
        if let Some(known) = self.cached_result(&hash) {
            return known;
        }
        let mut verified = self.verifier.verify(token).await;
        if self.revoked.has_hashed(&hash, token) {
            verified = Err(REVOKED);
        }
        match &verified {
            Ok(claims) => self.good.insert(hash, Good { claims: Arc::clone(claims), since: Instant::now() }),
            Err(error) if error.kind() == TokenErrorKind::Invalid && !self.rejections.is_zero() => {
                self.bad.insert(hash, (Instant::now(), error.clone()));
            }
            Err(_) => {}
        }
        verified
    }
}

impl<V: TokenVerifier> TokenVerifier for TokenCache<V> {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let hash = whole(token);
        match self.cached(&hash, token) {
            Some(answer) => answer,
            None => self.verify_hashed(hash, token).await,
        }
    }

    fn is_still_valid(&self, claims: &Claims) -> bool {
        self.shared.verifier.is_still_valid(claims)
    }

    fn issuers(&self) -> Vec<&str> {
        self.shared.verifier.issuers()
    }
}

impl<V> Clone for TokenCache<V> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<V> fmt::Debug for TokenCache<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::{TokenCache, TokenVerifier};
    use std::sync::Arc;

    use crate::{Claims, Token, TokenError};

    struct Never;

    impl TokenVerifier for Never {
        async fn verify(&self, _: Token<'_>) -> Result<Arc<Claims>, TokenError> {
            core::future::pending().await
        }
    }

    #[test]
    fn limits_size_and_lifetime_by_default() {
        let cache = TokenCache::new(Never).shared;
        assert_eq!((cache.good.capacity(), cache.lifetime), (10_000, Duration::from_secs(5 * 60)));
        assert_eq!((cache.bad.capacity(), cache.rejections), (0, Duration::ZERO));
    }

    #[cfg(feature = "introspection")]
    #[test]
    fn caches_introspection_answers_for_a_shorter_time() {
        let issuer = "https://auth.example.com";
        let credentials = crate::token::ClientCredentials::basic("id", "secret");
        let asked = crate::token::Introspection::new(issuer, issuer, "https://h/mcp", credentials).unwrap();
        let cache = asked.cached().shared;
        assert_eq!((cache.good.capacity(), cache.lifetime), (10_000, Duration::from_secs(60)));
        assert_eq!((cache.bad.capacity(), cache.rejections), (10_000, Duration::from_secs(10)));
    }
}
