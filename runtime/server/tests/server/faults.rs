//! Failures of dependencies: the whole layer rejects requests instead of forwarding them.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use mcp_scopes_server::{
    __private::v1::{JwtVerifier, RemoteKeys},
    Claims, PolicyDenial, PolicyHook, PolicyRequest, Token, TokenError, TokenVerifier,
    token::TokenCache,
};
use serde_json::json;

use crate::{
    issuer::{Answer, Issuer},
    key_sets::{Key, keys, set},
    server::{Ask, RESOURCE, Server, Tokens},
};

pub(crate) const ISSUER: &str = "https://auth.example.com";
const HOUR: Duration = Duration::from_secs(3600);

fn server(keys: RemoteKeys) -> Server {
    Server::with(|builder| builder.verifier(TokenCache::new(JwtVerifier::new(ISSUER, RESOURCE, keys))))
}

/// Returns requests of several kinds with a token.
pub(crate) fn asks(token: &str) -> Vec<Ask> {
    let list = Ask::method("tools/list");
    let asks = [Ask::call("list_files"), Ask::call("status"), Ask::modern_call("list_files"), list];
    let streams = ["GET", "DELETE"].map(|verb| Ask::new(verb, "/mcp"));
    asks.into_iter().chain(streams).map(|ask| ask.token(token)).collect()
}

/// Asserts that all requests are answered with 503.
async fn assert_unavailable(server: &Server, token: &str, what: &str) {
    for ask in asks(token) {
        let answer = server.send(ask).await;
        assert_eq!(
            (answer.refused(), answer.header("retry-after"), answer.challenge()),
            ((503, 503), "5", ""),
            "{what}"
        );
    }
}

async fn assert_all_pass(server: &Server, token: &str, what: &str) {
    for ask in asks(token) {
        assert!(server.send(ask).await.seen.is_some(), "{what}");
    }
}

/// Asserts that no request is forwarded.
async fn assert_none_passes(server: &Server, token: &str, what: &str) {
    for ask in asks(token) {
        let status = server.send(ask).await.refused().0;
        assert!(status == 401 || status == 503, "{what}: {status}");
    }
}

/// Returns invalid answers of an issuer.
fn wrong(key: &Key) -> Vec<(&'static str, Answer)> {
    let good = set(&[key]);
    let of = |key: &str| Answer::good(format!(r#"{{"keys":[{key}]}}"#));
    vec![
        ("nothing", Answer::Nothing),
        ("an empty answer", Answer::good("")),
        ("an HTML page", Answer::headed("content-type: text/html", "<html><body>sign in</body></html>")),
        ("a truncated answer", Answer::good(&good[..good.len() / 2])),
        ("a member twice", Answer::good(good.replacen("\"kty\"", "\"kty\":\"RSA\",\"kty\"", 1))),
        ("no keys", Answer::good(r#"{"keys":[]}"#)),
        ("a list", Answer::good("[]")),
        ("an oversized answer", Answer::good(format!("{good}{}", " ".repeat(512 << 10)))),
        ("too many keys", Answer::good(set(&vec![key; 101]))),
        ("a symmetric key", of(r#"{"kty":"oct","kid":"a","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#)),
        ("an unknown curve", of(r#"{"kty":"EC","crv":"P-521","kid":"a","x":"AA","y":"AA"}"#)),
        (
            "a key for encryption",
            of(
                r#"{"kty":"OKP","crv":"Ed25519","use":"enc","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            ),
        ),
        ("a key of no type", of(r#"{"kid":"a"}"#)),
        ("not found", Answer::With("404 Not Found", String::new(), good.clone())),
        ("an error", Answer::With("500 Internal Server Error", String::new(), good.clone())),
        ("a redirect", Answer::With("302 Found", "location: http://127.0.0.1:9/\r\n".to_owned(), good.clone())),
        ("a partial answer", Answer::With("206 Partial Content", String::new(), good)),
    ]
}

#[tokio::test]
async fn returns_503_until_unreachable_keys_become_available() {
    let (key, forged) = (Key::new("a"), Key::new("a"));
    let issuer = Issuer::new(Answer::Nothing);
    let server = server(keys(&issuer).pause(Duration::ZERO));
    assert_unavailable(&server, &key.token(), "down").await;
    assert_none_passes(&server, &forged.token(), "down").await;
    // Public tools need no token.
    server.send(Ask::call("status")).await.passed();
    issuer.answers(Answer::good(set(&[&key])));
    assert_all_pass(&server, &key.token(), "up").await;
    assert_none_passes(&server, &forged.token(), "up").await;
}

#[tokio::test]
async fn uses_stale_keys_during_an_outage_if_allowed() {
    let (key, forged, unknown) = (Key::new("a"), Key::new("a"), Key::new("b"));
    for (stale, kept) in [(HOUR, true), (Duration::ZERO, false)] {
        let issuer = Issuer::new(Answer::good(set(&[&key])));
        let server =
            server(keys(&issuer).lifetime(Duration::ZERO, Duration::ZERO).pause(Duration::ZERO).max_stale(stale));
        let token = key.token();
        assert_all_pass(&server, &token, "up").await;
        issuer.answers(Answer::Nothing);
        if kept {
            assert_all_pass(&server, &token, "kept").await;
            assert_all_pass(&server, &key.token_of(&json!({"exp": now() + 60, "jti": "new"})), "kept, and a new token")
                .await;
        } else {
            assert_unavailable(&server, &token, "not kept, although the token is cached").await;
        }
        assert_none_passes(&server, &forged.token(), "down later").await;
        assert_unavailable(&server, &unknown.token(), "an unknown key during the outage").await;
        issuer.answers(Answer::good(set(&[&key])));
        assert_all_pass(&server, &token, "up again").await;
    }
}

#[tokio::test]
async fn returns_503_for_all_requests_when_keys_time_out() {
    let key = Key::new("a");
    let issuer = Issuer::new(Answer::Late(Duration::from_secs(20), set(&[&key])));
    let server = Arc::new(server(keys(&issuer).timeout(Duration::from_millis(200)).pause(HOUR)));
    let began = Instant::now();
    let burst: Vec<_> = (0..100)
        .map(|number| {
            let (server, token) = (Arc::clone(&server), key.token_of(&json!({"exp": now() + 60, "jti": number})));
            tokio::spawn(async move { server.send(Ask::call("list_files").token(&token)).await.refused() })
        })
        .collect();
    for one in burst {
        assert_eq!(one.await.unwrap(), (503, 503));
    }
    // All requests have waited for the same attempt; the next request does not wait for another one.
    assert_eq!(server.send(Ask::call("list_files").token(&key.token())).await.refused(), (503, 503));
    assert!(began.elapsed() < Duration::from_secs(5) && issuer.asked() == 1, "{:?}", began.elapsed());
}

#[tokio::test]
async fn rejects_malformed_key_sets_and_keeps_valid_keys() {
    let (key, forged) = (Key::new("a"), Key::new("a"));
    for (what, answer) in wrong(&key) {
        let issuer = Issuer::new(answer.clone());
        let server = server(keys(&issuer).lifetime(Duration::ZERO, Duration::ZERO).pause(Duration::ZERO));
        assert_unavailable(&server, &key.token(), what).await;
        assert_none_passes(&server, &forged.token(), what).await;
        issuer.answers(Answer::good(set(&[&key])));
        assert_all_pass(&server, &key.token(), what).await;
        // A malformed answer does not replace the valid keys.
        issuer.answers(answer);
        assert_all_pass(&server, &key.token(), what).await;
        assert_none_passes(&server, &forged.token(), what).await;
    }
}

#[tokio::test]
async fn replaces_keys_by_those_that_the_issuer_publishes() {
    let (key, other) = (Key::new("a"), Key::new("a"));
    // The content type of a key set is ignored. Keys that the issuer no longer publishes are rejected.
    let issuer = Issuer::new(Answer::headed("content-type: text/plain", set(&[&key])));
    let server = server(keys(&issuer).lifetime(Duration::ZERO, Duration::ZERO).pause(Duration::ZERO));
    let token = key.token();
    assert_all_pass(&server, &token, "as published").await;
    issuer.answers(Answer::good(set(&[&other])));
    // The renewal runs in the background; once it ends, the cached token is rejected.
    let began = Instant::now();
    while server.send(Ask::call("status").token(&token)).await.seen.is_some() {
        assert!(began.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for ask in asks(&token) {
        assert_eq!(server.send(ask).await.refused(), (401, 401));
    }
}

/// Which keys the issuer publishes: the old one, both or the new one.
#[derive(Default)]
struct Phase(AtomicUsize, Mutex<Option<Instant>>);

impl Phase {
    /// Returns the phase and for how long it has lasted.
    fn now(&self) -> (usize, Duration) {
        let since = self.1.lock().unwrap();
        (self.0.load(Ordering::SeqCst), since.map_or(Duration::ZERO, |since| since.elapsed()))
    }

    fn begin(&self, phase: usize) {
        let mut since = self.1.lock().unwrap();
        self.0.store(phase, Ordering::SeqCst);
        *since = Some(Instant::now());
    }
}

/// How long one renewal may take; its result belongs to the previous phase.
const RENEWAL: Duration = Duration::from_millis(1500);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn accepts_only_tokens_of_published_keys_during_rotation() {
    let [old, new, forged] = ["old", "new", "new"].map(Key::new).map(Arc::new);
    let issuer = Issuer::new(Answer::good(set(&[&old])));
    let lifetime = Duration::from_millis(200);
    let keys = keys(&issuer).lifetime(lifetime, lifetime).pause(Duration::ZERO).timeout(Duration::from_secs(30));
    let server = Arc::new(server(keys));
    let (phase, over) = (Arc::<Phase>::default(), Arc::<AtomicBool>::default());
    phase.begin(0);
    let load = (0..12).map(|worker: usize| {
        let (server, phase, over) = (Arc::clone(&server), Arc::clone(&phase), Arc::clone(&over));
        let which = worker % 3;
        let key = Arc::clone([&old, &new, &forged][which]);
        tokio::spawn(async move {
            let mut counts = [0_usize; 2];
            let one = key.token();
            while !over.load(Ordering::Relaxed) {
                // Half of the requests send a cached token.
                let token = if counts[0] % 2 == 0 {
                    one.clone()
                } else {
                    key.token_of(&json!({"exp": now() + 60, "jti": counts}))
                };
                let (before, since) = phase.now();
                let answer = server.send(Ask::call("list_files").token(&token)).await;
                let after = phase.now().0;
                let passed = answer.seen.is_some();
                if !passed {
                    assert_eq!(answer.refused(), (401, 401));
                }
                match which {
                    0 => assert!(passed || after == 2, "the old key was rejected before its removal"),
                    1 => assert!(passed || before == 0 || since < RENEWAL, "the new key was rejected after {since:?}"),
                    _ => {}
                }
                let too_early = which == 1 && after == 0;
                let too_late = which == 0 && before == 2 && since > lifetime + RENEWAL;
                assert!(
                    !passed || !(which == 2 || too_early || too_late),
                    "{which} passed in {before} after {since:?}"
                );
                counts[usize::from(passed)] += 1;
                tokio::task::yield_now().await;
            }
            (which, counts)
        })
    });
    let load: Vec<_> = load.collect();
    for (number, (set, wait)) in [(set(&[&old, &new]), 400), (set(&[&new]), 2000)].into_iter().enumerate() {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        issuer.answers(Answer::Late(Duration::from_millis(30), set));
        phase.begin(number + 1);
    }
    tokio::time::sleep(Duration::from_millis(2200)).await;
    over.store(true, Ordering::Relaxed);
    let mut all = [[0; 2]; 3];
    for worker in load {
        let (which, counts) = worker.await.unwrap();
        all[which] = [all[which][0] + counts[0], all[which][1] + counts[1]];
    }
    println!("rejected and passed: old {:?}, new {:?}, forged {:?}", all[0], all[1], all[2]);
    assert!(all[0].iter().chain(&all[1]).all(|count| *count > 5) && all[2][0] > 5 && all[2][1] == 0, "{all:?}");
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Panics for one token or tool.
struct Panics(&'static str);

impl TokenVerifier for Panics {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        assert!(token.expose_secret() != self.0, "the configured panic");
        Tokens.verify(token).await
    }
}

impl PolicyHook for Panics {
    async fn decide(&self, calls: &[PolicyRequest<'_>]) -> Result<(), PolicyDenial> {
        assert!(calls[0].tool().tool().name != self.0, "the configured panic");
        Ok(())
    }
}

#[tokio::test]
async fn forwards_nothing_when_a_verifier_or_policy_panics() {
    let ran = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&ran);
    let inner = tower::service_fn(move |_: http::Request<http_body_util::Full<bytes::Bytes>>| {
        count.fetch_add(1, Ordering::SeqCst);
        core::future::ready(Ok::<_, core::convert::Infallible>(http::Response::new(String::new())))
    });
    let server = Server::with(|builder| builder.verifier(TokenCache::new(Panics("writer"))).policy(Panics("status")));
    let layered = tower::Layer::layer(&server.layer().layer(), inner);
    let send = |ask: Ask| tokio::spawn(tower::ServiceExt::oneshot(layered.clone(), ask.0));
    for ask in [Ask::call("list_files").token("writer"), Ask::call("status").token("reader"), Ask::call("status")] {
        for _ in 0..3 {
            let again = Ask(ask.0.clone());
            assert!(send(again).await.is_err_and(|error| error.is_panic()));
        }
    }
    assert_eq!(ran.load(Ordering::SeqCst), 0);
    assert_eq!(send(Ask::call("list_files").token("reader")).await.unwrap().unwrap().status().as_u16(), 200);
    assert_eq!(ran.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn drops_requests_of_clients_that_disconnect_during_verification() {
    let key = Key::new("a");
    let issuer = Issuer::new(Answer::Late(Duration::from_millis(300), set(&[&key])));
    let ran = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&ran);
    let inner = tower::service_fn(move |_: http::Request<http_body_util::Full<bytes::Bytes>>| {
        count.fetch_add(1, Ordering::SeqCst);
        core::future::ready(Ok::<_, core::convert::Infallible>(http::Response::new(String::new())))
    });
    let layered = tower::Layer::layer(&server(keys(&issuer)).layer().layer(), inner);
    let send = |token: String| tower::ServiceExt::oneshot(layered.clone(), Ask::call("list_files").token(&token).0);
    let gone: Vec<_> = (0..50).map(|_| tokio::spawn(send(key.token()))).collect();
    while issuer.asked() == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for one in gone {
        one.abort();
        assert!(one.await.is_err());
    }
    // A client that waits receives an answer from the keys that were fetched for the disconnected clients.
    assert_eq!(send(key.token()).await.unwrap().status().as_u16(), 200);
    assert_eq!((ran.load(Ordering::SeqCst), issuer.asked()), (1, 1));
}
