//! Key sets of issuers: fetched, renewed, kept during an outage. `renewal/shelf.rs` tests the decision at each moment; these tests
//! fetch over a socket.

use std::{sync::Arc, time::Duration};

use mcp_scopes_server::{
    __private::v1::{JwtVerifier, RemoteKeys},
    Claims, Token, TokenError, TokenErrorKind, TokenVerifier,
    token::{KeySource as _, TokenCache},
};

use crate::{
    issuer::{Answer, Issuer},
    key_sets::{Key, keys, set},
    server::RESOURCE,
};

const ISSUER: &str = "https://auth.example.com";
const HOUR: Duration = Duration::from_secs(3600);

/// Returns keys that are always due for renewal, without a pause between attempts.
fn always_due(issuer: &Issuer) -> RemoteKeys {
    keys(issuer).lifetime(Duration::ZERO, Duration::ZERO).pause(Duration::ZERO)
}

fn verifier(keys: &RemoteKeys) -> JwtVerifier<RemoteKeys> {
    JwtVerifier::new(ISSUER, RESOURCE, keys.clone())
}

async fn verify(verifier: &impl TokenVerifier, token: &str) -> Result<Arc<Claims>, TokenErrorKind> {
    verifier.verify(Token::new(token)).await.map_err(|error| error.kind())
}

#[tokio::test]
async fn fetches_keys_once_on_first_use() {
    let key = Key::new("a");
    let issuer = Issuer::new(Answer::good(set(&[&key])));
    let keys = keys(&issuer);
    assert!(keys.current().is_none());
    assert_eq!(issuer.asked(), 0);
    for _ in 0..5 {
        assert!(verify(&verifier(&keys), &key.token()).await.is_ok());
    }
    assert_eq!((issuer.asked(), keys.problem()), (1, None));
    assert!(keys.current().is_some());
    assert!(issuer.last().head[0].starts_with("GET /answer "));
}

#[tokio::test]
async fn fetches_keys_once_for_concurrent_requests() {
    let key = Key::new("a");
    let issuer = Issuer::new(Answer::Late(Duration::from_millis(200), set(&[&key])));
    let keys = keys(&issuer);
    let burst: Vec<_> = (0..50)
        .map(|_| {
            let (verifier, token) = (verifier(&keys), key.token());
            tokio::spawn(async move { verify(&verifier, &token).await.is_ok() })
        })
        .collect();
    for one in burst {
        assert!(one.await.unwrap());
    }
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn completes_the_fetch_when_the_first_request_is_cancelled() {
    let key = Key::new("a");
    let issuer = Issuer::new(Answer::Late(Duration::from_millis(200), set(&[&key])));
    let keys = keys(&issuer);
    let (first, token) = (verifier(&keys), key.token());
    let first = tokio::spawn(async move { verify(&first, &token).await });
    while issuer.asked() == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(verify(&verifier(&keys), &key.token()).await.is_ok());
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn renews_the_key_set_once_for_an_unknown_key() {
    let (old, new) = (Key::new("old"), Key::new("new"));
    let issuer = Issuer::new(Answer::good(set(&[&old])));
    let keys = keys(&issuer).pause(Duration::ZERO);
    assert!(verify(&verifier(&keys), &old.token()).await.is_ok());
    issuer.answers(Answer::good(set(&[&new])));
    assert!(verify(&verifier(&keys), &new.token()).await.is_ok());
    assert_eq!(issuer.asked(), 2);
    // The old key is removed.
    assert_eq!(verify(&verifier(&keys), &old.token()).await.unwrap_err(), TokenErrorKind::Invalid);
}

/// Without names of keys, a replaced key shows in the signature alone.
#[tokio::test]
async fn renews_the_key_set_for_keys_without_names() {
    let unnamed = |keys: &[&Key]| {
        let mut set: serde_json::Value = serde_json::from_str(&set(keys)).unwrap();
        set["keys"][0].as_object_mut().unwrap().remove("kid");
        set.to_string()
    };
    let (old, new) = (Key::new("old"), Key::new("new"));
    let claims = serde_json::json!({"exp": 4_000_000_000_u64});
    // The token names no key, or the key has no name.
    for token_of in [Key::token_of_without_kid, Key::token_of] {
        let issuer = Issuer::new(Answer::good(unnamed(&[&old])));
        let keys = keys(&issuer).pause(Duration::ZERO);
        assert!(verify(&verifier(&keys), &token_of(&old, &claims)).await.is_ok());
        issuer.answers(Answer::good(unnamed(&[&new])));
        assert!(verify(&verifier(&keys), &token_of(&new, &claims)).await.is_ok());
        assert_eq!(issuer.asked(), 2);
        // Tokens that no key verifies cause one request for each pause, and are rejected, not answered with 503.
        let keys = keys.pause(HOUR);
        for _ in 0..3 {
            assert_eq!(verify(&verifier(&keys), &token_of(&old, &claims)).await.unwrap_err(), TokenErrorKind::Invalid);
        }
        assert_eq!(issuer.asked(), 2);
        // While the issuer cannot be reached, too.
        issuer.answers(Answer::Nothing);
        let keys = keys.pause(Duration::ZERO);
        assert_eq!(verify(&verifier(&keys), &token_of(&old, &claims)).await.unwrap_err(), TokenErrorKind::Invalid);
        assert!(verify(&verifier(&keys), &token_of(&new, &claims)).await.is_ok());
    }
}

#[tokio::test]
async fn accepts_valid_tokens_during_rotation_with_one_fetch() {
    let (old, new) = (Key::new("old"), Key::new("new"));
    let issuer = Issuer::new(Answer::good(set(&[&old])));
    let keys = keys(&issuer).pause(Duration::ZERO);
    let cached = TokenCache::new(verifier(&keys));
    assert!(verify(&cached, &old.token()).await.is_ok());
    // As issuers rotate: both keys are published for a time.
    issuer.answers(Answer::Late(Duration::from_millis(100), set(&[&old, &new])));
    let mut load = Vec::new();
    for number in 0..100 {
        let token = if number % 2 == 0 { old.token() } else { new.token() };
        let cached = cached.clone();
        load.push(tokio::spawn(async move { verify(&cached, &token).await.is_ok() }));
        tokio::task::yield_now().await;
    }
    for one in load {
        assert!(one.await.unwrap());
    }
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn limits_fetches_for_unknown_keys() {
    let (known, unknown) = (Key::new("a"), Key::new("b"));
    // With a configured pause, and with the default one.
    for pause in [Some(HOUR), None] {
        let issuer = Issuer::new(Answer::good(set(&[&known])));
        let keys = pause.into_iter().fold(keys(&issuer), RemoteKeys::pause);
        assert!(verify(&verifier(&keys), &known.token()).await.is_ok());
        for _ in 0..20 {
            assert_eq!(verify(&verifier(&keys), &unknown.token()).await.unwrap_err(), TokenErrorKind::Invalid);
        }
        assert_eq!(issuer.asked(), 1);
        assert!(verify(&verifier(&keys), &known.token()).await.is_ok());
    }
}

#[tokio::test]
async fn returns_unavailable_until_the_issuer_is_reachable() {
    let key = Key::new("a");
    let issuer = Issuer::new(Answer::Nothing);
    let (patient, keys) = (keys(&issuer).pause(HOUR), keys(&issuer).pause(Duration::ZERO));
    assert_eq!(verify(&verifier(&patient), &key.token()).await.unwrap_err(), TokenErrorKind::Unavailable);
    assert_eq!(verify(&verifier(&keys), &key.token()).await.unwrap_err(), TokenErrorKind::Unavailable);
    assert_eq!(keys.problem(), Some("the issuer cannot be reached"));
    issuer.answers(Answer::good(set(&[&key])));
    assert!(verify(&verifier(&keys), &key.token()).await.is_ok());
    // The pause between attempts has not ended.
    assert_eq!(verify(&verifier(&patient), &key.token()).await.unwrap_err(), TokenErrorKind::Unavailable);
    assert_eq!((issuer.asked(), keys.problem()), (3, None));
}

#[tokio::test]
async fn keeps_stale_keys_during_an_outage() {
    let (key, unknown) = (Key::new("a"), Key::new("b"));
    for (stale, kept) in [(HOUR, true), (Duration::ZERO, false)] {
        let issuer = Issuer::new(Answer::good(set(&[&key])));
        // Fresh for no time: the keys are expired for the next token.
        let keys = always_due(&issuer).max_stale(stale);
        let cached = TokenCache::new(verifier(&keys));
        assert!(keys.keys(Some("a")).await.is_ok());
        issuer.answers(Answer::With("503 Service Unavailable", String::new(), set(&[&key])));
        for _ in 0..3 {
            assert_eq!(verify(&cached, &key.token()).await.is_ok(), kept);
        }
        assert_eq!(keys.current().is_some(), kept);
        // Only the unreachable issuer could tell whether this key is valid.
        assert_eq!(verify(&cached, &unknown.token()).await.unwrap_err(), TokenErrorKind::Unavailable);
    }
}

#[tokio::test]
async fn ignores_malformed_key_sets() {
    let key = Key::new("a");
    let too_large = format!("{}{}", set(&[&key]), " ".repeat(512 << 10));
    let too_many = set(&vec![&key; 101]);
    let elsewhere = Issuer::new(Answer::good(set(&[&key])));
    let redirect = |status| Answer::With(status, format!("location: {}\r\n", elsewhere.url()), String::new());
    for answer in [
        Answer::good(""),
        Answer::good("<html>"),
        Answer::good("{\"keys\": []}"),
        Answer::good("{\"keys\": [], \"keys\": []}"),
        Answer::good(too_large),
        Answer::good(too_many),
        Answer::With("404 Not Found", String::new(), set(&[&key])),
        Answer::With("204 No Content", String::new(), String::new()),
        redirect("302 Found"),
        redirect("307 Temporary Redirect"),
        Answer::Nothing,
    ] {
        let issuer = Issuer::new(answer.clone());
        let keys = always_due(&issuer).max_stale(HOUR);
        assert_eq!(
            verify(&verifier(&keys), &key.token()).await.unwrap_err(),
            TokenErrorKind::Unavailable,
            "{answer:?}"
        );
        assert!(keys.problem().is_some());
        issuer.answers(Answer::good(set(&[&key])));
        assert!(verify(&verifier(&keys), &key.token()).await.is_ok());
        issuer.answers(answer.clone());
        assert!(verify(&verifier(&keys), &key.token()).await.is_ok(), "{answer:?}");
    }
    assert_eq!(elsewhere.asked(), 0, "a redirect was followed");
}

#[tokio::test]
async fn returns_unavailable_when_the_issuer_times_out() {
    let key = Key::new("a");
    let issuer = Issuer::new(Answer::Late(Duration::from_secs(20), set(&[&key])));
    let keys = keys(&issuer).timeout(Duration::from_millis(100));
    assert_eq!(verify(&verifier(&keys), &key.token()).await.unwrap_err(), TokenErrorKind::Unavailable);
    assert_eq!(keys.problem(), Some("the issuer takes too long"));
}

#[tokio::test]
async fn applies_cache_control_within_limits() {
    let key = Key::new("a");
    for (header, limits, asked) in [
        ("cache-control: max-age=600", (Duration::ZERO, HOUR), 1),
        ("cache-control: max-age=0", (Duration::ZERO, HOUR), 3),
        ("cache-control: no-store", (HOUR, HOUR), 1),
        ("cache-control: max-age=600", (Duration::ZERO, Duration::ZERO), 3),
    ] {
        let issuer = Issuer::new(Answer::headed(header, set(&[&key])));
        let keys = keys(&issuer).lifetime(limits.0, limits.1).pause(Duration::ZERO).max_stale(Duration::ZERO);
        for _ in 0..3 {
            assert!(verify(&verifier(&keys), &key.token()).await.is_ok());
        }
        assert_eq!(issuer.asked(), asked, "{header} {limits:?}");
    }
}

#[tokio::test]
async fn renews_keys_in_the_background_before_they_expire() {
    let (old, new) = (Key::new("a"), Key::new("a"));
    let issuer = Issuer::new(Answer::good(set(&[&old])));
    // Due after three quarters of the lifetime; requests with a cached token trigger the renewal.
    let lifetime = Duration::from_secs(8);
    let keys = keys(&issuer).lifetime(lifetime, lifetime).pause(Duration::ZERO);
    let cached = TokenCache::new(verifier(&keys));
    let token = old.token();
    assert!(verify(&cached, &token).await.is_ok());
    issuer.answers(Answer::good(set(&[&new])));
    let began = tokio::time::Instant::now();
    while issuer.asked() == 1 {
        assert!(began.elapsed() < lifetime, "no renewal before the expiry");
        let asked = verify(&cached, &token).await;
        assert!(asked.is_ok() || issuer.asked() > 1);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // The key is no longer published, so the cached token is rejected.
    for _ in 0..200 {
        if verify(&cached, &token).await.is_err_and(|kind| kind == TokenErrorKind::Invalid) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a token of a removed key is accepted");
}

#[tokio::test]
async fn renews_keys_before_they_expire_without_a_token_cache() {
    let key = Key::new("a");
    let issuer = Issuer::new(Answer::good(set(&[&key])));
    let lifetime = Duration::from_secs(8);
    let keys = keys(&issuer).lifetime(lifetime, lifetime).pause(Duration::ZERO);
    assert!(verify(&verifier(&keys), &key.token()).await.is_ok());
    let began = tokio::time::Instant::now();
    while issuer.asked() == 1 {
        assert!(began.elapsed() < lifetime, "no renewal before the expiry");
        assert!(verify(&verifier(&keys), &key.token()).await.is_ok());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn returns_unavailable_without_a_runtime() {
    let issuer = Issuer::new(Answer::Nothing);
    let keys = keys(&issuer);
    let answer: Result<_, TokenError> = futures_util::future::FutureExt::now_or_never(keys.keys(None)).unwrap();
    assert_eq!(answer.err().unwrap().kind(), TokenErrorKind::Unavailable);
}

#[test]
fn starts_another_fetch_after_its_runtime_ends() {
    let key = Key::new("a");
    let issuer = Issuer::new(Answer::Late(Duration::from_secs(20), set(&[&key])));
    let keys = keys(&issuer).pause(Duration::ZERO);
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    first.spawn({
        let (keys, token) = (keys.clone(), key.token());
        async move { verify(&verifier(&keys), &token).await }
    });
    first.block_on(async {
        while issuer.asked() == 0 {
            tokio::task::yield_now().await;
        }
    });
    drop(first);
    issuer.answers(Answer::good(set(&[&key])));
    let second = runtime();
    let verifier = verifier(&keys);
    assert_eq!(second.block_on(verify(&verifier, &key.token())).unwrap_err(), TokenErrorKind::Unavailable);
    assert!(second.block_on(verify(&verifier, &key.token())).is_ok());
}
