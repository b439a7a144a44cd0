//! Measures what a token costs that is not cached, compared with the check of its signature alone: by a verifier, and by a server with
//! two issuers and a provider, which selects the issuer first.

use std::{
    convert::Infallible,
    future::{Future as _, Ready, ready},
    hint::black_box,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{Request, Response};
use http_body_util::Full;
use mcp_scopes_server::{
    __private::v1::JwtVerifier,
    ResourceServer, Token, TokenVerifier as _,
    token::{Issuer, KeySet, Provider},
};
use serde_json::json;
use tower::Service;

const RESOURCE: &str = "https://brokerage.example.com/mcp";
const ISSUER: &str = "https://auth.brokerage.example.com";
/// What a token may cost beyond its signature.
const AT_MOST: Duration = Duration::from_micros(20);

/// Prints both durations, and their difference.
pub(crate) fn run(rounds: usize, tokens: u32) {
    let key = Ed25519KeyPair::generate().expect("a key");
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": "1", "x": BASE64.encode(key.public_key())});
    let keys = KeySet::from_json(&json!({"keys": [jwk]}).to_string()).expect("a key set");
    let verifier = JwtVerifier::new(ISSUER, RESOURCE, Arc::new(keys.clone()));
    let (message, token) = token(&key);
    let (signature, public) =
        (key.sign(message.as_bytes()), UnparsedPublicKey::new(&ED25519, key.public_key().as_ref()));
    let bare = || {
        let result = public.verify(black_box(message.as_bytes()), signature.as_ref());
        assert!(result.is_ok(), "the signature is valid");
    };
    let whole = || {
        let mut context = Context::from_waker(Waker::noop());
        let polled = pin!(verifier.verify(Token::new(black_box(&token)))).poll(&mut context);
        assert!(matches!(polled, Poll::Ready(Ok(_))), "the token is valid");
    };
    let server = server(keys);
    let by_server = || {
        let mut service = server.layer().layer(Empty);
        let request = Request::post("/mcp").header("authorization", format!("Bearer {}", black_box(&token)));
        let request = request.header("content-type", "application/json");
        let request = request.body(Full::new(Bytes::from_static(PING))).expect("a request");
        let mut answer = service.call(request);
        let mut context = Context::from_waker(Waker::noop());
        let polled = answer.as_mut().poll(&mut context);
        assert!(matches!(polled, Poll::Ready(Ok(response)) if response.status() == 200), "the token is valid");
    };
    let (mut alone, mut all, mut requests) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        alone.push(mean(tokens, bare));
        all.push(mean(tokens, whole));
        requests.push(mean(tokens, by_server));
    }
    let (alone, all, request) = (median(&mut alone), median(&mut all), median(&mut requests));
    println!("a token of {} bytes that is not cached: {all:.2?}, its signature alone {alone:.2?}", token.len());
    println!("  added {:.2?} (at most {AT_MOST:.0?})", all.saturating_sub(alone));
    println!("  {request:.2?} for a request to a server with two issuers and a provider, which verifies it each time");
}

const PING: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

/// Returns a server with two issuers that caches no token.
fn server(keys: KeySet) -> ResourceServer {
    let issuer = Issuer::keys(ISSUER, keys.clone()).provider(Provider::keycloak()).cache(0, Duration::ZERO);
    let other = Issuer::keys("https://other.brokerage.example.com", keys).provider(Provider::auth0());
    let builder = ResourceServer::builder(&brokerage::TOOLS).resource(RESOURCE).policies_enforced_elsewhere();
    let server = builder.issuer(other).issuer(issuer).build().now_or_never();
    server.expect("nothing is fetched").expect("the settings are sound")
}

/// A server that answers every request with an empty body.
#[derive(Clone)]
struct Empty;

impl Service<Request<Full<Bytes>>> for Empty {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        ready(Ok(Response::new(Full::default())))
    }
}

fn mean(times: u32, run: impl Fn()) -> Duration {
    let start = Instant::now();
    (0..times).for_each(|_| run());
    start.elapsed() / times.max(1)
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Returns the signed part of a token with the claims of a large issuer, and the token.
fn token(key: &Ed25519KeyPair) -> (String, String) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    let claims = json!({
        "iss": ISSUER, "aud": [RESOURCE, "account"], "sub": "f9c2a9a0-2b0e-4c52-9a1e-6f8a0e0d5a11", "exp": now + 3600,
        "iat": now, "jti": "b9f4c0de-6f1d-4a7c-8f5b-1c1d8e3c7a55", "typ": "Bearer", "azp": "trading-app", "acr": "1",
        "realm_access": {"roles": ["offline_access", "uma_authorization", "trader"]},
        "resource_access": {"account": {"roles": ["manage-account", "view-profile"]}},
        "scope": "openid email general watchlist", "email_verified": true, "preferred_username": "ada",
    });
    let header = json!({"alg": "EdDSA", "kid": "1", "typ": "JWT"}).to_string();
    let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims.to_string()));
    let signature = BASE64.encode(key.sign(message.as_bytes()));
    (message.clone(), format!("{message}.{signature}"))
}
