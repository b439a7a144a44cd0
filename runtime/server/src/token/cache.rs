//! Caches verified tokens, so that a signature is not checked for every request.

use core::{fmt, time::Duration};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Instant, SystemTime},
};

use quick_cache::sync::Cache;

use super::{
    Claims, Token, TokenError, TokenErrorKind, TokenVerifier, Verification, clock,
    flights::{Flight, Flights, Verified},
    identity::{Hash, signed, whole},
};
use crate::reason::reason;

const REVOKED: TokenError = TokenError::invalid(reason!("it was revoked"));

/// A verifier that caches the results of another one: for a bounded number of tokens and a bounded time, never beyond a
/// token's expiry, and not after its key has left the key set. Rejections are cached only with
/// [`with_refusals`](Self::with_refusals).
///
/// Concurrent requests with the same token share one verification. Clones share all state, so that any of them
/// can [`revoke`](Self::revoke).
///
/// ```
/// # use mcp_scopes_server::{Token, TokenError, TokenVerifier, Verification};
/// # struct Verifier;
/// # impl TokenVerifier for Verifier {
/// #     fn verify<'a>(&'a self, _: Token<'a>) -> Verification<'a> { Box::pin(async { Err(TokenError::invalid("")) }) }
/// # }
/// use mcp_scopes_server::token::TokenCache;
/// let tokens = TokenCache::new(Verifier);
/// tokens.revoke(Token::new("stolen"), None);
/// ```
pub struct TokenCache<V> {
    shared: Arc<Inner<V>>,
}

struct Inner<V> {
    verifier: V,
    good: Cache<Hash, Good>,
    lifetime: Duration,
    /// Rejected tokens, with the time and the reason. `refusals` is how long an entry is valid.
    bad: Cache<Hash, (Instant, TokenError)>,
    refusals: Duration,
    flights: Flights,
    /// The time until which each revoked token is rejected; `None`: always.
    revoked: Mutex<HashMap<Hash, Option<SystemTime>>>,
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
        Self::with_limits(verifier, 10_000, Duration::from_secs(5 * 60))
    }

    /// Caches up to `tokens` tokens, each for `lifetime`. A token that its issuer revokes may still be accepted for that long.
    pub fn with_limits(verifier: V, tokens: usize, lifetime: Duration) -> Self {
        Self::with_refusals(verifier, tokens, lifetime, Duration::ZERO)
    }

    /// Caches up to `tokens` rejected tokens as well, each for `refusals`: for verifications that cost a third party something.
    /// A few seconds suffice. A token that becomes valid is rejected until its entry expires. That a verifier was
    /// [unavailable](TokenError::unavailable) is never cached.
    pub fn with_refusals(verifier: V, tokens: usize, lifetime: Duration, refusals: Duration) -> Self {
        let (good, bad) = (Cache::new(tokens), Cache::new(if refusals.is_zero() { 0 } else { tokens }));
        let (flights, revoked) = Default::default();
        Self { shared: Arc::new(Inner { verifier, good, lifetime, bad, refusals, flights, revoked }) }
    }

    /// Rejects a token from now on: until a time, such as its expiry, or for as long as the process runs. A JWT is rejected
    /// with any signature.
    pub fn revoke(&self, token: Token<'_>, until: Option<SystemTime>) {
        let (hash, now) = (whole(token), clock::now());
        let mut revoked = self.shared.revoked.lock().unwrap_or_else(PoisonError::into_inner);
        revoked.retain(|_, until| until.is_none_or(|until| until > now));
        revoked.insert(hash, until);
        if let Some(signed) = signed(token) {
            revoked.insert(signed, until);
        }
        drop(revoked);
        self.shared.good.remove(&hash);
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
    fn is_revoked(&self, hash: &Hash, token: Token<'_>) -> bool {
        let revoked = self.revoked.lock().unwrap_or_else(PoisonError::into_inner);
        if revoked.is_empty() {
            return false;
        }
        let until = revoked.get(hash).or_else(|| revoked.get(&signed(token)?));
        until.is_some_and(|until| until.is_none_or(|until| until > clock::now()))
    }

    /// Returns the cached claims of a token, if they are still valid.
    fn remembered(&self, hash: &Hash) -> Option<Arc<Claims>> {
        let good = self.good.get(hash)?;
        let ended = good.claims.expiry().is_some_and(|end| end <= clock::now());
        if ended || good.since.elapsed() >= self.lifetime || !self.verifier.still_counts(&good.claims) {
            self.good.remove(hash);
            return None;
        }
        Some(good.claims)
    }

    /// Returns the cached rejection of a token, if it is recent enough.
    fn refused(&self, hash: &Hash) -> Option<TokenError> {
        let (since, error) = self.bad.get(hash)?;
        (since.elapsed() < self.refusals).then_some(error)
    }

    /// Returns the result if it is known without a verification.
    fn known(&self, hash: &Hash) -> Option<Verified> {
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
        if let Some(known) = self.known(&hash) {
            return known;
        }
        let mut verified = self.verifier.verify(token).await;
        if self.is_revoked(&hash, token) {
            verified = Err(REVOKED);
        }
        match &verified {
            Ok(claims) => self.good.insert(hash, Good { claims: Arc::clone(claims), since: Instant::now() }),
            Err(error) if error.kind() == TokenErrorKind::Invalid && !self.refusals.is_zero() => {
                self.bad.insert(hash, (Instant::now(), *error));
            }
            Err(_) => {}
        }
        verified
    }
}

impl<V: TokenVerifier> TokenVerifier for TokenCache<V> {
    fn verify<'a>(&'a self, token: Token<'a>) -> Verification<'a> {
        let hash = whole(token);
        if self.shared.is_revoked(&hash, token) {
            return Box::pin(core::future::ready(Err(REVOKED)));
        }
        match self.shared.known(&hash) {
            Some(answer) => Box::pin(core::future::ready(answer)),
            None => Box::pin(self.shared.flight(hash, token)),
        }
    }

    fn still_counts(&self, claims: &Claims) -> bool {
        self.shared.verifier.still_counts(claims)
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
    use crate::{Token, Verification};

    struct Never;

    impl TokenVerifier for Never {
        fn verify<'a>(&'a self, _: Token<'a>) -> Verification<'a> {
            Box::pin(core::future::pending())
        }
    }

    #[test]
    fn limits_size_and_lifetime_by_default() {
        let cache = TokenCache::new(Never).shared;
        assert_eq!((cache.good.capacity(), cache.lifetime), (10_000, Duration::from_secs(5 * 60)));
        assert_eq!((cache.bad.capacity(), cache.refusals), (0, Duration::ZERO));
    }

    #[cfg(feature = "introspection")]
    #[test]
    fn caches_introspection_answers_for_a_shorter_time() {
        let issuer = "https://auth.example.com";
        let credentials = crate::token::ClientCredentials::basic("id", "secret");
        let asked = crate::token::Introspection::new(issuer, issuer, "https://h/mcp", credentials).unwrap();
        let cache = asked.cached().shared;
        assert_eq!((cache.good.capacity(), cache.lifetime), (10_000, Duration::from_secs(60)));
        assert_eq!((cache.bad.capacity(), cache.refusals), (10_000, Duration::from_secs(10)));
    }
}
