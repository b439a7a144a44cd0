//! Issuers of the builder: each fact is stated once, and a token goes to exactly one verifier.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::{
    BuildError, Claims, Environments, ProblemKind, ResourceServer, ResourceServerBuilder, Token, TokenError,
    token::{Algorithm, ApiKeys, ClientCredentials, Issuer, KeySet, VerifierRouter},
    verifier_fn,
};
use serde_json::json;

use crate::{
    issuer::{self, Answer},
    key_sets::{Key, set},
    server::{Answer as Response, Ask, BuildNow as _, DOCUMENT, RESOURCE, Server, TOOLS, Tokens},
};

const ISSUER: &str = "https://auth.example.com";
const PARTNERS: &str = "https://partners.example.com";

/// List files
#[mcp_tool(scope = "files:read", risk = "low")]
fn list_files() {}

scope_table! { static BARE = [list_files]; }

fn keys(key: &Key) -> KeySet {
    KeySet::from_json(&set(&[key])).unwrap()
}

fn of(issuer: Issuer) -> ResourceServerBuilder {
    ResourceServer::builder(&BARE).resource(RESOURCE).issuer(issuer)
}

fn problems(error: &BuildError) -> Vec<(&'static str, ProblemKind)> {
    error.problems().iter().map(|problem| (problem.setting, problem.kind)).collect()
}

async fn list(server: &Server, token: &str) -> Response {
    server.send(Ask::call("list_files").token(token)).await
}

fn introspection(issuer: &issuer::Issuer) -> Issuer {
    Issuer::introspection(PARTNERS, issuer.url(), ClientCredentials::basic("files", "secret"))
}

#[tokio::test]
async fn verifier_metadata_and_challenge_inherit_issuer_and_resource() {
    let key = Key::new("a");
    let server = Server::around(of(Issuer::keys(ISSUER, keys(&key))));
    list(&server, &key.token()).await.passed();
    let document = server.send(Ask::new("GET", "/.well-known/oauth-protected-resource/mcp")).await.json();
    assert_eq!((&document["resource"], &document["authorization_servers"]), (&json!(RESOURCE), &json!([ISSUER])));
    assert!(list(&server, "opaque").await.challenge().contains(DOCUMENT));
    for claims in [json!({"aud": "https://files.example.com/mcp/"}), json!({"iss": PARTNERS})] {
        let token = key.token_of(&json!({"exp": 4_000_000_000_u64}));
        list(&server, &token).await.passed();
        let mut all = json!({"exp": 4_000_000_000_u64});
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        assert_eq!(list(&server, &key.token_of(&all)).await.refused(), (401, 401), "{claims}");
    }
}

#[tokio::test]
async fn build_names_the_address_that_does_not_answer_with_keys() {
    let key = Key::new("a");
    let issuer = issuer::Issuer::new(Answer::With("404 Not Found", String::new(), String::new()));
    let jwks = || Issuer::jwks(ISSUER, format!("{}?key=secret", issuer.url())).fetch_pause(Duration::from_millis(100));
    for (answer, said) in [
        (Answer::With("404 Not Found", String::new(), String::new()), "answered with status 404"),
        (Answer::good("{}"), "not a usable key set: the key set has no list `keys`"),
        (Answer::Nothing, "the issuer cannot be reached: "),
    ] {
        issuer.answers(answer);
        let error = of(jwks()).build().await.unwrap_err();
        assert_eq!(problems(&error), [("issuer", ProblemKind::Unreachable)]);
        let text = error.to_string();
        assert!(text.contains(&format!("`{}`", issuer.url())) && text.contains(said), "{text}");
        assert!(!text.contains("secret"), "{text}");
    }
    // A lazy issuer starts closed and keeps trying.
    let server = Server::with_layer(of(jwks().lazy()).build().await.unwrap());
    assert_eq!(list(&server, &key.token()).await.refused(), (503, 503));
    assert_eq!(server.layer().unreachable_issuers().map(|(name, _)| name).collect::<Vec<_>>(), [ISSUER]);
    issuer.answers(Answer::good(set(&[&key])));
    // No request triggers the attempt that succeeds.
    while server.layer().unreachable_issuers().count() > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let asked = issuer.asked();
    list(&server, &key.token()).await.passed();
    assert_eq!(issuer.asked(), asked);
}

#[tokio::test]
async fn build_fetches_the_keys() {
    let key = Key::new("a");
    let issuer = issuer::Issuer::new(Answer::good(set(&[&key])));
    let server = Server::with_layer(of(Issuer::jwks(ISSUER, issuer.url())).build().await.unwrap());
    assert_eq!(issuer.asked(), 1);
    list(&server, &key.token()).await.passed();
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn an_invalid_setting_prevents_the_fetch() {
    let issuer = issuer::Issuer::new(Answer::Nothing);
    let error = of(Issuer::jwks(ISSUER, issuer.url())).body_limit(0).build().await.unwrap_err();
    assert_eq!((problems(&error), issuer.asked()), (vec![("body_limit", ProblemKind::Malformed)], 0));
}

#[test]
fn rejects_facts_that_differ_in_a_detail() {
    let (key, near) = (Key::new("a"), ProblemKind::NearMiss);
    let keys = keys(&key);
    let of_file = || ResourceServer::builder(&TOOLS);
    let issuer = |name: &str| Issuer::keys(name, keys.clone());
    for (builder, expected) in [
        (of_file().issuer(issuer("https://auth.example.com/")), "issuer"),
        (of_file().issuer(issuer("https://AUTH.example.com")), "issuer"),
        (of_file().issuer(issuer("https://auth.example.com:443")), "issuer"),
        (of_file().issuer(issuer(ISSUER)).resource("https://files.example.com/mcp/"), "resource"),
        (of_file().issuer(issuer(ISSUER)).issuer(issuer("https://auth.example.com/")), "issuer"),
        (of_file().verifier(Tokens).authorization_server("https://auth.example.com/"), "authorization_server"),
        (of_file().verifier(VerifierRouter::new().issuer("https://auth.example.com/", Tokens)), "verifier"),
    ] {
        let error = builder.build_now().unwrap_err();
        assert!(problems(&error).contains(&(expected, near)), "{expected}: {error}");
    }
    assert!(of_file().issuer(issuer(ISSUER)).build_now().is_ok());
    // A deployment may have other facts than the file.
    assert!(of_file().issuer(issuer(PARTNERS)).resource("https://h/mcp").build_now().is_ok());
}

#[test]
fn rejects_an_issuer_that_is_stated_twice() {
    let keys = keys(&Key::new("a"));
    let issuer = || Issuer::keys(ISSUER, keys.clone());
    let twice = of(issuer()).issuer(issuer()).build_now().unwrap_err();
    assert_eq!(problems(&twice), [("issuer", ProblemKind::Contradiction)]);
    let again = of(issuer()).authorization_server(ISSUER).build_now().unwrap_err();
    assert_eq!(problems(&again), [("authorization_server", ProblemKind::Contradiction)]);
}

#[test]
fn rejects_settings_without_effect() {
    let keys = keys(&Key::new("a"));
    let by_keys = || Issuer::keys(ISSUER, keys.clone());
    let asked = || Issuer::introspection(ISSUER, "https://auth.example.com/i", ClientCredentials::basic("a", "b"));
    let time = Duration::from_secs(1);
    for (issuer, method) in [
        (by_keys().lazy(), "lazy"),
        (by_keys().max_stale(time), "max_stale"),
        (by_keys().key_lifetime(time, time), "key_lifetime"),
        (by_keys().fetch_pause(time), "fetch_pause"),
        (by_keys().timeout(time), "timeout"),
        (by_keys().max_concurrent(core::num::NonZeroUsize::MIN), "max_concurrent"),
        (asked().lazy(), "lazy"),
        (asked().algorithms([Algorithm::Es256]), "algorithms"),
        (asked().require_access_token_type(), "require_access_token_type"),
    ] {
        let error = of(issuer).build_now().unwrap_err();
        assert_eq!(problems(&error), [("issuer", ProblemKind::NoEffect)], "{method}");
        assert!(error.to_string().contains(&format!("`.{method}(..)`")), "{error}");
    }
    let wrong = of(Issuer::jwks(ISSUER, "http://auth.example.com/jwks.json")).build_now().unwrap_err();
    assert_eq!(problems(&wrong), [("issuer", ProblemKind::Malformed)]);
}

#[tokio::test]
async fn settings_of_an_issuer_take_effect() {
    let key = Key::new("a");
    let good = key.token();
    let late = key.token_of(&json!({"exp": 1}));
    let of_keys = || Issuer::keys(ISSUER, keys(&key));
    for (issuer, token, status) in [
        (of_keys(), &good, 200),
        (of_keys().algorithms([Algorithm::Es256]), &good, 401),
        (of_keys().require_access_token_type(), &good, 401),
        (of_keys().require_claim("acr"), &good, 401),
        (of_keys().require_claim("sub"), &good, 200),
        (of_keys(), &late, 401),
        (of_keys().leeway(Duration::from_secs(4_000_000_000)), &late, 200),
    ] {
        assert_eq!(list(&Server::around(of(issuer)), token).await.status.as_u16(), status);
    }
}

#[tokio::test]
async fn a_token_goes_to_one_verifier() {
    let (key, other) = (Key::new("a"), Key::new("a"));
    let active = json!({"active": true, "aud": RESOURCE, "sub": "bob", "scope": "files:read"}).to_string();
    let asked = issuer::Issuer::new(Answer::good(active));
    let api_keys = ApiKeys::new("https://files.example.com", b"0123456789abcdef").unwrap();
    let hash = api_keys.hash(Token::new("sk_live_1"));
    let api_keys = api_keys.key(&hash, "ci", "files:read").unwrap();
    let server = Server::around(of(Issuer::keys(ISSUER, keys(&key))).issuer(introspection(&asked)).api_keys(api_keys));
    let foreign = key.token_of(&json!({"exp": 4_000_000_000_u64, "iss": "https://other.example.com"}));
    let slash = key.token_of(&json!({"exp": 4_000_000_000_u64, "iss": "https://partners.example.com/"}));
    for (token, status) in [
        (&*key.token(), 200),
        ("sk_live_1", 200),
        ("sk_live_2", 401),
        // Signed by another key, or of another issuer.
        (&other.token(), 401),
        (&foreign, 401),
        (&slash, 401),
    ] {
        assert_eq!(list(&server, token).await.status.as_u16(), status, "{token}");
        assert_eq!(asked.asked(), 0, "{token}");
    }
    assert!(list(&server, &slash).await.body.contains("only by a trailing slash"));
    assert_eq!(list(&server, "opaque").await.status, StatusCode::OK);
    assert_eq!(list(&server, "opaque").await.status, StatusCode::OK);
    // The second time it is cached.
    assert_eq!(asked.asked(), 1);
    let document = server.send(Ask::new("GET", "/.well-known/oauth-protected-resource/mcp")).await.json();
    assert_eq!(document["authorization_servers"], json!([ISSUER, PARTNERS]));
}

#[tokio::test]
async fn the_only_introspecting_issuer_receives_no_tokens_of_others() {
    let asked = issuer::Issuer::new(Answer::good(json!({"active": true, "aud": RESOURCE}).to_string()));
    let server = Server::around(of(introspection(&asked)));
    assert_eq!(list(&server, &Key::new("a").token()).await.refused(), (401, 401));
    assert_eq!(asked.asked(), 0);
    assert_eq!(list(&server, "opaque").await.refused(), (403, 403));
    assert_eq!(asked.asked(), 1);
}

#[tokio::test]
async fn a_verifier_beside_introspection_requires_a_prefix() {
    let asked =
        issuer::Issuer::new(Answer::good(json!({"active": true, "aud": RESOURCE, "scope": "files:read"}).to_string()));
    let error = of(introspection(&asked)).verifier(Tokens).build_now().unwrap_err();
    assert_eq!(problems(&error), [("verifier", ProblemKind::Contradiction)]);
    assert!(error.to_string().contains("`.token_prefix(..)`"), "{error}");
    let server = Server::around(of(introspection(&asked).token_prefix("ory_at_")).verifier(Tokens));
    list(&server, "reader").await.passed();
    assert_eq!(asked.asked(), 0);
    list(&server, "ory_at_1").await.passed();
    assert_eq!(asked.asked(), 1);
}

#[tokio::test]
async fn the_server_revokes_tokens_of_every_verifier() {
    let key = Key::new("a");
    let server = Server::around(of(Issuer::keys(ISSUER, keys(&key))).verifier(Tokens));
    let (first, second) = (key.token(), key.token_of(&json!({"exp": 4_000_000_000_u64})));
    for token in [&*first, &second, "reader"] {
        list(&server, token).await.passed();
    }
    server.layer().revoke(Token::new(&first), None);
    server.layer().revoke(Token::new("reader"), Some(SystemTime::now() + Duration::from_secs(60)));
    server.layer().revoke(Token::new(&second), Some(SystemTime::now() - Duration::from_secs(1)));
    for token in [&*first, "reader"] {
        let answer = list(&server, token).await;
        assert!(answer.refused() == (401, 401) && answer.body.contains("it was revoked"), "{answer:?}");
    }
    list(&server, &second).await.passed();
}

#[tokio::test]
async fn a_sandbox_issuer_is_published_and_its_tokens_act_in_the_sandbox() {
    const SANDBOX: &str = "https://sandbox-auth.example.com";
    let (live, test) = (Key::new("a"), Key::new("b"));
    let builder = || {
        let sandbox = Issuer::keys(SANDBOX, keys(&test));
        of(Issuer::keys(ISSUER, keys(&live))).sandbox_issuer(sandbox).method("*", mcp_scopes_server::Access::Token)
    };
    let error = builder().build_now().unwrap_err();
    assert_eq!(problems(&error), [("sandbox_issuer", ProblemKind::Contradiction)]);
    let server = Server::around(builder().environments(Environments::new().by_issuer()));
    let token = test.token_of(&json!({"exp": 4_000_000_000_u64, "iss": SANDBOX}));
    for (token, environment) in [(&*live.token(), "live"), (&token, "sandbox")] {
        let answer = server.send(Ask::method("tools/list").token(token)).await;
        assert_eq!((answer.passed().method.as_str(), answer.header("mcp-environment")), ("POST", environment));
    }
    let document = server.send(Ask::new("GET", "/.well-known/oauth-protected-resource/mcp")).await.json();
    assert_eq!(document["mcp_extensions"]["sandbox"]["authorization_servers"], json!([SANDBOX]));
    assert_eq!(document["authorization_servers"], json!([ISSUER]));
    // An issuer cannot be both.
    let same = of(Issuer::keys(ISSUER, keys(&live))).sandbox_issuer(Issuer::keys(ISSUER, keys(&test)));
    assert!(same.environments(Environments::new().by_issuer()).build_now().is_err());
}

#[tokio::test]
async fn no_response_contains_the_source_of_an_error() {
    let verifier = verifier_fn(|token| async move {
        match token.expose_secret() {
            "good" => Ok(Claims::builder(ISSUER).audience([RESOURCE]).scope("files:read").build()),
            "down" => Err(TokenError::unavailable("it is down").caused_by(std::io::Error::other("PLANTED"))),
            _ => Err(TokenError::invalid("it is bad").caused_by(std::io::Error::other("PLANTED"))),
        }
    });
    let server = Server::with(|builder| builder.verifier(verifier));
    list(&server, "good").await.passed();
    for (token, status) in [("down", 503), ("bad", 401)] {
        let answer = list(&server, token).await;
        assert_eq!(answer.refused().0, status);
        assert!(!format!("{answer:?}").contains("PLANTED"), "{answer:?}");
    }
    let error = TokenError::invalid("it is bad").caused_by(std::io::Error::other("PLANTED"));
    assert!(!format!("{error} {error:?}").contains("PLANTED"));
    assert_eq!(core::error::Error::source(&error).unwrap().to_string(), "PLANTED");
}
