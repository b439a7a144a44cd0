//! Measures what a token costs that is not cached, compared with the check of its signature alone.

use std::{
    future::Future as _,
    hint::black_box,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use mcp_scopes_server::{__private::v1::JwtVerifier, Token, TokenVerifier as _, token::KeySet};
use serde_json::json;

const RESOURCE: &str = "https://brokerage.example.com/mcp";
const ISSUER: &str = "https://auth.brokerage.example.com";
/// What a token may cost beyond its signature.
const AT_MOST: Duration = Duration::from_micros(20);

/// Prints both durations, and their difference.
pub(crate) fn run(rounds: usize, tokens: u32) {
    let key = Ed25519KeyPair::generate().expect("a key");
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": "1", "x": BASE64.encode(key.public_key())});
    let keys = KeySet::from_json(&json!({"keys": [jwk]}).to_string()).expect("a key set");
    let verifier = JwtVerifier::new(ISSUER, RESOURCE, Arc::new(keys));
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
    let (mut alone, mut all) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        alone.push(mean(tokens, bare));
        all.push(mean(tokens, whole));
    }
    let (alone, all) = (median(&mut alone), median(&mut all));
    println!("a token of {} bytes that is not cached: {all:.2?}, its signature alone {alone:.2?}", token.len());
    println!("  added {:.2?} (at most {AT_MOST:.0?})", all.saturating_sub(alone));
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
