//! API keys: found by their salted hashes; the prefix selects live or sandbox.

use std::time::{Duration, SystemTime};

use mcp_scopes::Environment;
use mcp_scopes_server::{
    Claims, Environments, ResourceServer, Token, TokenErrorKind, TokenVerifier as _,
    token::{ApiKeyError, ApiKeys},
};
use std::sync::Arc;

use crate::server::{Ask, Server, TOOLS};

const ISSUER: &str = "https://files.example.com";
const LIVE: &str = "sk_live_4eC39HqLyjWDarjtT1zdp7dc";
const TEST: &str = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";

fn empty() -> ApiKeys {
    ApiKeys::new(ISSUER, b"0123456789abcdef").unwrap()
}

fn with(keys: ApiKeys, key: &str) -> ApiKeys {
    let hash = keys.hash(Token::new(key));
    keys.key(&hash, "ci", "files:read").unwrap()
}

fn keys() -> ApiKeys {
    with(with(empty(), LIVE), TEST)
}

async fn verify(keys: &ApiKeys, key: &str) -> Result<Arc<Claims>, String> {
    keys.verify(Token::new(key)).await.map_err(|error| {
        assert_eq!(error.kind(), TokenErrorKind::Invalid);
        error.reason().to_owned()
    })
}

#[tokio::test]
async fn returns_claims_and_environment_of_known_keys() {
    for (key, environment) in [(LIVE, Environment::Live), (TEST, Environment::Sandbox)] {
        let claims = verify(&keys(), key).await.unwrap();
        assert_eq!((claims.issuer(), claims.client(), claims.subject_or_client()), (ISSUER, Some("ci"), Some("ci")));
        assert_eq!((claims.audience(), claims.expires_at()), (&[][..], None));
        assert!(claims.grant(&TOOLS).holds("files:read") && !claims.grant(&TOOLS).holds("files:write"));
        assert_eq!(claims.environment(), Some(environment));
    }
}

#[tokio::test]
async fn rejects_unknown_keys() {
    for key in [
        "sk_live_",
        "sk_live_4eC39HqLyjWDarjtT1zdp7d",
        "sk_live_4eC39HqLyjWDarjtT1zdp7dcc",
        "sk_live_4ec39hqlyjwdarjtt1zdp7dc",
        // The stored hash is not accepted as a key.
        &format!("sk_live_{}", empty().hash(Token::new(LIVE))),
    ] {
        assert_eq!(verify(&keys(), key).await.unwrap_err(), "it is not known", "{key}");
    }
    // A sandbox key is not accepted in the live environment.
    assert!(verify(&with(empty(), TEST), LIVE).await.is_err());
}

#[tokio::test]
async fn rejects_tokens_without_a_key_prefix() {
    let long = format!("sk_live_{}", "x".repeat(505));
    for key in ["", "sk_", "SK_LIVE_4eC39HqLyjWDarjtT1zdp7dc", " sk_live_x", "eyJ.eyJ.sig", &LIVE[8..], &long] {
        // Even if its hash is known.
        assert_eq!(verify(&with(empty(), key), key).await.unwrap_err(), "it is not an API key", "{key}");
    }
}

#[tokio::test]
async fn accepts_custom_prefixes_that_differ() {
    let keys = with(empty().prefixes("acme_", "try_acme_").unwrap(), "acme_1");
    assert_eq!(verify(&keys, "acme_1").await.unwrap().environment(), Some(Environment::Live));
    assert!(verify(&with(keys, LIVE), LIVE).await.is_err(), "the default prefixes are accepted");
    for (live, sandbox) in [("", ""), ("a", ""), ("", "a"), ("sk_", "sk_test_"), ("sk_live_", "sk_"), ("a", "a")] {
        assert!(empty().prefixes(live, sandbox).is_err(), "{live} {sandbox}");
    }
}

#[tokio::test]
async fn hashes_depend_on_the_salt() {
    let hash = empty().hash(Token::new(LIVE));
    let other = ApiKeys::new(ISSUER, b"another salt, 16").unwrap();
    assert_eq!((hash.len(), empty().hash(Token::new(LIVE)) == hash), (43, true));
    assert_ne!(other.hash(Token::new(LIVE)), hash);
    assert!(verify(&other.key(&hash, "ci", "files:read").unwrap(), LIVE).await.is_err());
    assert!(ApiKeys::new(ISSUER, b"too short, sorry").is_ok());
    assert!(ApiKeys::new(ISSUER, b"fifteen bytes..").is_err());
}

#[test]
fn rejects_malformed_and_duplicate_hashes() {
    let hash = empty().hash(Token::new(LIVE));
    let wrong: [&str; 4] = ["", LIVE, &hash[1..], &format!("{hash}=")];
    for text in wrong {
        let error: ApiKeyError = empty().key(text, "ci", "").err().unwrap();
        assert!(error.to_string().contains("`hash`"), "{text}: {error}");
    }
    assert!(keys().key(&hash, "ci", "").is_err());
}

#[tokio::test]
async fn rejects_expired_keys() {
    for (end, good) in [(Duration::from_secs(60), true), (Duration::ZERO, false)] {
        let (keys, end) = (empty(), SystemTime::now() + end);
        let hash = keys.hash(Token::new(LIVE));
        let answer = verify(&keys.key_until(&hash, "ci", "", end).unwrap(), LIVE).await;
        assert_eq!(answer.is_ok(), good);
        assert!(answer.is_err() || answer.unwrap().expires_at() == Some(end));
    }
}

#[tokio::test]
async fn keys_are_for_the_resource_of_their_environment() {
    let environments = [
        Environments::new().by_credential(),
        Environments::new().by_audience(),
        Environments::new().by_audience().by_credential(),
    ];
    for environments in environments {
        let builder = ResourceServer::builder(&TOOLS).sandbox_resource("https://sandbox.example.com/mcp");
        let is_by_audience = format!("{environments:?}").contains("Audience");
        let builder = if is_by_audience { builder } else { ResourceServer::builder(&TOOLS) };
        let server = Server::around(builder.api_keys(keys()).environments(environments));
        for (key, environment) in [(LIVE, Environment::Live), (TEST, Environment::Sandbox)] {
            let answer = server.send(Ask::method("tools/list").token(key)).await;
            assert_eq!(answer.passed().caller.unwrap().environment(), environment);
        }
        assert_eq!(server.send(Ask::call("list_files").token("opaque")).await.refused(), (401, 401));
    }
}

#[tokio::test]
async fn selects_the_environment_by_prefix() {
    let server = Server::around(
        ResourceServer::builder(&TOOLS).verifier(keys()).environments(Environments::new().by_credential()),
    );
    for (key, environment) in [(LIVE, Environment::Live), (TEST, Environment::Sandbox)] {
        let answer = server.send(Ask::method("tools/list").token(key)).await;
        assert_eq!(answer.passed().caller.unwrap().environment(), environment);
    }
    assert_eq!(server.send(Ask::call("list_files").token("sk_live_x")).await.refused(), (401, 401));
}
