//! The cache of verified tokens, and several verifiers in order.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use mcp_scopes_server::{
    Claims, Token, TokenError, TokenErrorKind, TokenVerifier,
    token::{AnyOf, TokenCache},
};

/// Counts its calls, and answers with a delay.
#[derive(Default)]
struct Counting {
    asked: AtomicUsize,
    rotated: AtomicBool,
    expires: Option<SystemTime>,
}

impl TokenVerifier for Counting {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        match token.expose_secret() {
            "down" => Err(TokenError::unavailable("the issuer is unreachable")),
            "bad" => Err(TokenError::invalid("it is bad")),
            text => {
                let claims = Claims::builder("https://auth.example.com").subject(text);
                let claims = match self.expires {
                    Some(end) => claims.expires_at(end),
                    None => claims,
                };
                Ok(Arc::new(claims.build()))
            }
        }
    }

    fn is_still_valid(&self, _: &Claims) -> bool {
        !self.rotated.load(Ordering::SeqCst)
    }
}

fn cache() -> (Arc<Counting>, TokenCache<Arc<Counting>>) {
    let counting = Arc::new(Counting::default());
    (Arc::clone(&counting), TokenCache::new(counting))
}

async fn ask<V: TokenVerifier>(cache: &TokenCache<V>, token: &str) -> Result<String, TokenErrorKind> {
    let claims = cache.verify(Token::new(token)).await.map_err(|error| error.kind())?;
    Ok(claims.subject_or_client().unwrap().to_owned())
}

#[tokio::test]
async fn verifies_a_valid_token_once() {
    let (counting, cache) = cache();
    for _ in 0..5 {
        assert_eq!(ask(&cache, "a").await.unwrap(), "a");
    }
    assert_eq!(counting.asked.load(Ordering::SeqCst), 1);
    // The whole token is compared, not a prefix.
    assert_eq!(ask(&cache, "aa").await.unwrap(), "aa");
    assert_eq!((counting.asked.load(Ordering::SeqCst), cache.len()), (2, 2));
}

#[tokio::test]
async fn does_not_cache_rejections_by_default() {
    let (counting, cache) = cache();
    for (token, kind) in [("bad", TokenErrorKind::Invalid), ("down", TokenErrorKind::Unavailable)] {
        for _ in 0..3 {
            assert_eq!(ask(&cache, token).await, Err(kind));
        }
    }
    assert_eq!((counting.asked.load(Ordering::SeqCst), cache.is_empty()), (6, true));
}

#[tokio::test]
async fn caches_rejections_if_configured_and_never_outages() {
    for (time, bad) in [(Duration::from_secs(60), 1), (Duration::from_nanos(1), 3)] {
        let counting = Arc::new(Counting::default());
        let cache = TokenCache::with_rejections(Arc::clone(&counting), 10, Duration::from_secs(60), time);
        for (token, kind, asked) in [("bad", TokenErrorKind::Invalid, bad), ("down", TokenErrorKind::Unavailable, 3)] {
            counting.asked.store(0, Ordering::SeqCst);
            for _ in 0..3 {
                assert_eq!(ask(&cache, token).await, Err(kind));
            }
            assert_eq!(counting.asked.load(Ordering::SeqCst), asked, "{token} {time:?}");
        }
        assert!(cache.is_empty());
    }
}

#[tokio::test]
async fn rejects_tokens_revoked_during_verification() {
    let (counting, cache) = cache();
    let under_way = tokio::spawn({
        let cache = cache.clone();
        async move { ask(&cache, "a").await }
    });
    while counting.asked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    cache.revoke(Token::new("a"), None);
    assert_eq!((under_way.await.unwrap(), cache.len()), (Err(TokenErrorKind::Invalid), 0));
}

#[tokio::test]
async fn verifies_concurrent_requests_of_one_token_once() {
    for (token, good) in [("a", true), ("bad", false), ("down", false)] {
        let (counting, cache) = cache();
        let burst: Vec<_> = (0..100)
            .map(|_| {
                let cache = cache.clone();
                tokio::spawn(async move { ask(&cache, token).await.is_ok() })
            })
            .collect();
        for one in burst {
            assert_eq!(one.await.unwrap(), good);
        }
        assert_eq!(counting.asked.load(Ordering::SeqCst), 1, "{token}");
    }
}

#[tokio::test]
async fn continues_verification_when_one_request_is_cancelled() {
    let (counting, cache) = cache();
    let first = tokio::spawn({
        let cache = cache.clone();
        async move { ask(&cache, "a").await }
    });
    let second = tokio::spawn({
        let cache = cache.clone();
        async move { ask(&cache, "a").await }
    });
    while counting.asked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert_eq!(second.await.unwrap().unwrap(), "a");
    assert_eq!(counting.asked.load(Ordering::SeqCst), 1);
    // All requests are cancelled: the next one starts another verification.
    let alone = tokio::spawn({
        let cache = cache.clone();
        async move { ask(&cache, "b").await }
    });
    tokio::task::yield_now().await;
    alone.abort();
    assert!(alone.await.is_err());
    assert_eq!(ask(&cache, "b").await.unwrap(), "b");
}

#[tokio::test]
async fn does_not_cache_beyond_expiry_or_lifetime() {
    for (expires, lifetime, asked) in [
        (Some(SystemTime::now() - Duration::from_secs(1)), Duration::from_secs(60), 2),
        (Some(SystemTime::now() + Duration::from_secs(60)), Duration::from_secs(60), 1),
        (None, Duration::ZERO, 2),
    ] {
        let counting = Arc::new(Counting { expires, ..Counting::default() });
        let cache = TokenCache::with_limits(Arc::clone(&counting), 10, lifetime);
        for _ in 0..2 {
            assert!(ask(&cache, "a").await.is_ok());
        }
        assert_eq!(counting.asked.load(Ordering::SeqCst), asked);
    }
}

#[tokio::test]
async fn verifies_again_after_the_key_is_removed() {
    let (counting, cache) = cache();
    ask(&cache, "a").await.unwrap();
    counting.rotated.store(true, Ordering::SeqCst);
    ask(&cache, "a").await.unwrap();
    assert_eq!(counting.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn rejects_revoked_tokens() {
    let (counting, cache) = cache();
    ask(&cache, "a").await.unwrap();
    cache.clone().revoke(Token::new("a"), None);
    assert_eq!((ask(&cache, "a").await, cache.len()), (Err(TokenErrorKind::Invalid), 0));
    assert_eq!(ask(&cache, "b").await.unwrap(), "b");
    // Revoked until a given time.
    cache.revoke(Token::new("b"), Some(SystemTime::now() + Duration::from_secs(60)));
    assert!(ask(&cache, "b").await.is_err());
    cache.revoke(Token::new("c"), Some(SystemTime::now() - Duration::from_secs(1)));
    assert!(ask(&cache, "c").await.is_ok());
    // A second revocation that ends earlier does not end the first.
    for earlier in [Duration::from_secs(30), Duration::ZERO] {
        cache.revoke(Token::new("b"), Some(SystemTime::now() + earlier));
        assert!(ask(&cache, "b").await.is_err());
        cache.revoke(Token::new("a"), Some(SystemTime::now() + earlier));
        assert!(ask(&cache, "a").await.is_err());
    }
    assert_eq!(counting.asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn revokes_jwts_by_signed_part_and_other_tokens_as_a_whole() {
    let (_, cache) = cache();
    for (revoked, others_too) in [
        ("eyJhbGciOiJFUzI1NiJ9.e30.AAAA", true),
        // With a space before the opening brace of the header.
        ("IHsiYWxnIjoiRVMyNTYifQ.e30.AAAA", true),
        ("tenant.region.AAAA", false),
        ("eyJhbGciOiJFUzI1NiJ9.AAAA", false),
        ("eyJhbGciOiJFUzI1NiJ9.a.b.AAAA", false),
        ("AAAA", false),
    ] {
        cache.revoke(Token::new(revoked), None);
        let other = revoked.replace("AAAA", "BBBB");
        assert!(ask(&cache, revoked).await.is_err(), "{revoked}");
        assert_eq!(ask(&cache, &other).await.is_err(), others_too, "{revoked}");
    }
    // The entry of a whole token may end before that of the same JWT with another signature, and the reverse.
    let [one, other] = ["eyJhbGciOiJFUzI1NiJ9.e32.AAAA", "eyJhbGciOiJFUzI1NiJ9.e32.BBBB"];
    let soon = SystemTime::now() + Duration::from_secs(60);
    for (token, until) in [(one, SystemTime::now()), (other, soon), (one, SystemTime::now())] {
        cache.revoke(Token::new(token), Some(until));
    }
    assert!(ask(&cache, one).await.is_err() && ask(&cache, other).await.is_err());
    // The revocation does not apply to other claims.
    assert!(ask(&cache, "eyJhbGciOiJFUzI1NiJ9.e31.AAAA").await.is_ok());
}

#[tokio::test]
async fn limits_the_number_of_cached_tokens() {
    let cache = TokenCache::with_limits(Arc::new(Counting::default()), 100, Duration::from_secs(60));
    for number in 0..2000 {
        ask(&cache, &number.to_string()).await.unwrap();
    }
    assert!(cache.len() <= 100, "{}", cache.len());
}

#[tokio::test]
async fn returns_the_answer_of_the_first_verifier_that_accepts() {
    struct Only(&'static str, TokenError);
    impl TokenVerifier for Only {
        async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
            let known = token.expose_secret() == self.0;
            if known { Ok(Arc::new(Claims::builder(self.0).build())) } else { Err(self.1.clone()) }
        }
        fn is_still_valid(&self, claims: &Claims) -> bool {
            claims.issuer() != "left"
        }
    }
    let invalid = TokenError::invalid("no");
    let any = AnyOf::new().or(Only("a", invalid.clone())).or(Only("b", invalid.clone()));
    for token in ["a", "b"] {
        assert_eq!(any.verify(Token::new(token)).await.unwrap().issuer(), token);
    }
    assert_eq!(any.verify(Token::new("c")).await.unwrap_err().kind(), TokenErrorKind::Invalid);
    assert!(any.is_still_valid(&Claims::builder("a").build()) && !any.is_still_valid(&Claims::builder("left").build()));
    // An unavailable verifier might have accepted the token.
    let down = AnyOf::new().or(Only("a", TokenError::unavailable("down"))).or(Only("b", invalid));
    assert_eq!(down.verify(Token::new("c")).await.unwrap_err().kind(), TokenErrorKind::Unavailable);
    assert!(down.verify(Token::new("b")).await.is_ok());
    assert!(AnyOf::new().verify(Token::new("a")).await.is_err());
}
