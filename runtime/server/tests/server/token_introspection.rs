//! Token introspection at the issuer.

use std::{
    num::NonZeroUsize,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use mcp_scopes_server::{
    __private::v1::{Introspection, JwtVerifier, RemoteKeys},
    Claims, Token, TokenError, TokenErrorKind, TokenVerifier,
    token::{ClientCredentials, TokenCache, VerifierRouter},
};
use serde_json::{Value, json};

use crate::{
    issuer::{Answer, Issuer},
    server::{RESOURCE, TOOLS},
};

const ISSUER: &str = "https://auth.example.com";

fn verifier(issuer: &Issuer) -> Introspection {
    Introspection::new(&issuer.url(), ISSUER, RESOURCE, ClientCredentials::basic("files", "s3cret")).unwrap()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn active() -> Value {
    json!({"active": true, "iss": ISSUER, "aud": RESOURCE, "sub": "ada", "client_id": "app", "exp": now() + 60,
           "scope": "files:read"})
}

/// Returns the response with another value of one member; `null` removes it.
fn with(name: &str, value: Value) -> Value {
    let mut answer = active();
    match value {
        Value::Null => answer.as_object_mut().unwrap().remove(name),
        value => answer.as_object_mut().unwrap().insert(name.to_owned(), value),
    };
    answer
}

async fn verified(answer: impl ToString) -> Result<Arc<Claims>, TokenError> {
    verifier(&Issuer::new(Answer::good(answer.to_string()))).verify(Token::new("opaque")).await
}

async fn kind(verifier: &impl TokenVerifier, token: &str) -> Option<TokenErrorKind> {
    verifier.verify(Token::new(token)).await.err().map(|error| error.kind())
}

#[tokio::test]
async fn returns_claims_of_active_tokens() {
    let claims = verified(active()).await.unwrap();
    assert_eq!((claims.issuer(), claims.subject_or_client(), claims.client()), (ISSUER, Some("ada"), Some("app")));
    assert!(claims.grant(&TOOLS).holds("files:read") && claims.expires_at().is_some());
}

#[tokio::test]
async fn sends_token_and_credentials_encoded() {
    let issuer = Issuer::new(Answer::good(active().to_string()));
    let verifier =
        Introspection::new(&issuer.url(), ISSUER, RESOURCE, ClientCredentials::basic("a:b", "c d&é")).unwrap();
    assert!(verifier.verify(Token::new("a+/~&x==")).await.is_ok());
    let request = issuer.last();
    assert!(request.head[0].starts_with("POST /answer "), "{request:?}");
    assert_eq!(request.body, "token=a%2B%2F%7E%26x%3D%3D&token_type_hint=access_token");
    // `a%3Ab:c+d%26%C3%A9` (RFC 6749 §2.3.1).
    for header in [
        "authorization: Basic YSUzQWI6YytkJTI2JUMzJUE5",
        "content-type: application/x-www-form-urlencoded",
        "accept: application/json",
    ] {
        assert!(request.head.iter().any(|line| line == header), "{header}: {request:?}");
    }
    let bearer = ClientCredentials::bearer(Token::new("mine"));
    Introspection::new(&issuer.url(), ISSUER, RESOURCE, bearer).unwrap().verify(Token::new("x")).await.unwrap();
    assert!(issuer.last().head.iter().any(|line| line == "authorization: Bearer mine"));
    assert!(Introspection::new(ISSUER, ISSUER, RESOURCE, ClientCredentials::bearer(Token::new("a\nb"))).is_err());
}

#[tokio::test]
async fn rejects_inactive_tokens_whatever_their_other_members() {
    for answer in [json!({"active": false}), with("active", json!(false))] {
        let error = verified(answer).await.unwrap_err();
        assert_eq!(error, TokenError::invalid("it is not active"));
    }
}

#[tokio::test]
async fn checks_claims_like_those_of_a_jwt() {
    for (name, value) in [
        ("iss", json!("https://other.example.com")),
        ("iss", json!(1)),
        ("aud", json!("https://files.example.com/mcp/")),
        ("aud", json!([])),
        ("aud", Value::Null),
        ("exp", json!(now() - 60)),
        ("exp", json!("soon")),
        ("nbf", json!(now() + 600)),
        ("scp", json!(["files:write"])),
        ("scope", json!(["files:read"])),
        ("sub", json!(1)),
    ] {
        let error = verified(with(name, value.clone())).await.unwrap_err();
        assert_eq!(error.kind(), TokenErrorKind::Invalid, "{name} {value}");
    }
    let issuer = Issuer::new(Answer::good(active().to_string()));
    assert!(verifier(&issuer).require_claim("acr").verify(Token::new("x")).await.is_err());
    assert!(verifier(&issuer).require_claim("sub").verify(Token::new("x")).await.is_ok());
    let elsewhere = Issuer::new(Answer::good(with("aud", json!("https://sandbox.example.com")).to_string()));
    let resources = [RESOURCE, "https://sandbox.example.com"];
    let both = Introspection::for_resources(&elsewhere.url(), ISSUER, resources, ClientCredentials::basic("a", "b"));
    assert!(both.unwrap().verify(Token::new("x")).await.is_ok());
    let late = Issuer::new(Answer::good(with("exp", json!(now() - 10)).to_string()));
    assert!(verifier(&late).verify(Token::new("x")).await.is_ok());
    assert!(verifier(&late).leeway(Duration::ZERO).verify(Token::new("x")).await.is_err());
}

/// Members that issuers add for a user's tokens. The other members are those of a valid access token.
fn kinds() -> Vec<(&'static str, Value, Option<&'static str>)> {
    vec![
        ("nothing", json!({}), None),
        ("null", json!({"token_use": null, "token_type": null, "typ": null}), None),
        ("Keycloak, access", json!({"typ": "Bearer", "token_type": "Bearer", "azp": "app", "acr": "1"}), None),
        ("Keycloak, DPoP", json!({"typ": "DPoP", "token_type": "DPoP"}), Some("its type is `DPoP`")),
        ("Keycloak, refresh", json!({"typ": "Refresh", "azp": "app"}), Some("`typ`")),
        ("Keycloak, offline", json!({"typ": "Offline", "azp": "app"}), Some("`typ`")),
        ("Keycloak, ID", json!({"typ": "ID", "azp": "app", "auth_time": 1}), Some("`typ`")),
        ("Keycloak, logout", json!({"typ": "Logout"}), Some("`typ`")),
        ("Ory Hydra, access", json!({"token_type": "Bearer", "token_use": "access_token"}), None),
        ("Ory Hydra, refresh", json!({"token_type": "Bearer", "token_use": "refresh_token"}), Some("`token_use`")),
        ("Ory Hydra, refresh, before", json!({"token_type": "refresh_token"}), Some("`token_type`")),
        ("Cognito, access", json!({"token_use": "access"}), None),
        ("Cognito, ID", json!({"token_use": "id"}), Some("`token_use`")),
        ("RFC 8693, access", json!({"token_type": "urn:ietf:params:oauth:token-type:access_token"}), None),
        (
            "RFC 8693, refresh",
            json!({"token_type": "urn:ietf:params:oauth:token-type:refresh_token"}),
            Some("`token_type`"),
        ),
        ("RFC 8693, ID", json!({"token_type": "urn:ietf:params:oauth:token-type:id_token"}), Some("`token_type`")),
        ("RFC 8693, any JWT", json!({"token_type": "urn:ietf:params:oauth:token-type:jwt"}), Some("`token_type`")),
        ("RFC 9068", json!({"typ": "at+jwt"}), None),
        ("RFC 9068, as a media type", json!({"typ": "application/at+jwt"}), None),
        ("a JWT", json!({"typ": "JWT"}), None),
        ("a logout token", json!({"typ": "logout+jwt"}), Some("`typ`")),
        ("upper case", json!({"token_use": "ACCESS", "token_type": "BEARER", "typ": "AT+JWT"}), None),
        ("mixed case", json!({"token_use": "Access_Token", "token_type": "Access_Token", "typ": "Access"}), None),
        ("one of two", json!({"token_type": "Bearer", "typ": "Refresh"}), Some("`typ`")),
        ("a longer word", json!({"token_use": "access_tokens"}), Some("`token_use`")),
        ("a space", json!({"token_type": "Bearer "}), Some("`token_type`")),
        ("a letter of another alphabet", json!({"token_type": "be\u{430}rer"}), Some("`token_type`")),
        ("the word of another member", json!({"token_use": "Bearer"}), Some("`token_use`")),
        ("empty", json!({"typ": ""}), Some("`typ`")),
        ("a number", json!({"token_use": 1}), Some("`token_use`")),
        ("true", json!({"token_type": true}), Some("`token_type`")),
        ("a list", json!({"typ": ["Bearer"]}), Some("`typ`")),
        ("an object", json!({"typ": {"Bearer": true}}), Some("`typ`")),
    ]
}

#[tokio::test]
async fn rejects_active_tokens_of_another_kind() {
    for (name, members, member) in kinds() {
        let mut answer = active();
        answer.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        match (verified(answer).await, member) {
            (Ok(claims), None) => assert_eq!(claims.subject_or_client(), Some("ada"), "{name}"),
            (Err(error), Some(member)) => {
                assert_eq!(error.kind(), TokenErrorKind::Invalid, "{name}");
                assert!(error.reason().starts_with(member), "{name}: {error}");
            }
            (answer, _) => panic!("{name}: {answer:?}"),
        }
    }
}

#[tokio::test]
async fn rejects_tokens_that_are_bound_to_a_key() {
    for cnf in [json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}), json!({}), json!("x"), json!(false)] {
        let error = verified(with("cnf", cnf)).await.unwrap_err();
        assert!(error.reason().contains("`cnf`") && error.reason().contains("does not verify the proof"), "{error}");
    }
    let mut null = active();
    null["cnf"] = Value::Null;
    assert!(verified(null).await.is_ok());
}

#[tokio::test]
async fn accepts_answers_without_iss_or_exp() {
    assert_eq!(verified(with("iss", Value::Null)).await.unwrap().issuer(), ISSUER);
    assert!(verified(with("exp", Value::Null)).await.unwrap().expires_at().is_none());
}

#[tokio::test]
async fn returns_unavailable_for_missing_or_malformed_answers() {
    let good = active().to_string();
    let elsewhere = Issuer::new(Answer::good(&*good));
    for answer in [
        Answer::Nothing,
        Answer::good(""),
        Answer::good("true"),
        Answer::good("{}"),
        Answer::good("{\"active\": \"true\"}"),
        Answer::good("{\"active\": 1}"),
        Answer::good(good.replace("\"active\":true", "\"active\":false,\"active\":true")),
        Answer::good(format!("{good}{}", " ".repeat(64 << 10))),
        Answer::With("400 Bad Request", String::new(), good.clone()),
        Answer::With("400 Bad Request", String::new(), json!({"error": "invalid_request"}).to_string()),
        Answer::With("400 Bad Request", String::new(), json!({"error": ["unsupported_token_type"]}).to_string()),
        Answer::With("400 Bad Request", String::new(), "\"unsupported_token_type\"".to_owned()),
        Answer::With("401 Unauthorized", String::new(), json!({"error": "unsupported_token_type"}).to_string()),
        Answer::With("401 Unauthorized", String::new(), good.clone()),
        Answer::With("500 Internal Server Error", String::new(), good.clone()),
        Answer::With("307 Temporary Redirect", format!("location: {}\r\n", elsewhere.url()), String::new()),
        Answer::Late(Duration::from_secs(20), good.clone()),
    ] {
        let issuer = Issuer::new(answer.clone());
        let verifier = verifier(&issuer).timeout(Duration::from_millis(500));
        assert_eq!(kind(&verifier, "opaque").await, Some(TokenErrorKind::Unavailable), "{answer:?}");
        assert_eq!(issuer.asked(), 1, "{answer:?}");
    }
    assert_eq!(elsewhere.asked(), 0, "the token was sent elsewhere");
}

#[tokio::test]
async fn rejects_tokens_of_a_type_that_the_issuer_does_not_introspect() {
    let body = json!({"error": "unsupported_token_type", "error_description": "JWTs cannot be introspected"});
    let issuer = Issuer::new(Answer::With("400 Bad Request", String::new(), body.to_string()));
    let error = verifier(&issuer).verify(Token::new("a.b.c")).await.unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Invalid);
    assert_eq!(error.to_string(), "the token was refused: its issuer does not introspect tokens of its type");
}

#[tokio::test]
async fn caches_active_and_inactive_answers() {
    let issuer = Issuer::new(Answer::good(active().to_string()));
    let cached = verifier(&issuer).cached();
    for _ in 0..3 {
        assert_eq!(kind(&cached, "good").await, None);
    }
    assert_eq!(issuer.asked(), 1);
    issuer.answers(Answer::good("{\"active\":false}"));
    for _ in 0..3 {
        assert_eq!(kind(&cached, "bad").await, Some(TokenErrorKind::Invalid));
    }
    assert_eq!((kind(&cached, "good").await, issuer.asked()), (None, 2));
    issuer.answers(Answer::Nothing);
    for _ in 0..3 {
        assert_eq!(kind(&cached, "other").await, Some(TokenErrorKind::Unavailable));
    }
    assert_eq!(issuer.asked(), 5);
}

#[tokio::test]
async fn caches_answers_beside_jwts_of_the_same_issuer() {
    let issuer = Issuer::new(Answer::good(active().to_string()));
    let jwts = JwtVerifier::new(ISSUER, RESOURCE, RemoteKeys::new(&issuer.url()).unwrap());
    let both = TokenCache::new(VerifierRouter::new().issuer(ISSUER, jwts).fallback(verifier(&issuer)));
    for _ in 0..3 {
        assert_eq!(kind(&both, "opaque").await, None);
    }
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn rejects_overlong_tokens_without_a_request() {
    let issuer = Issuer::new(Answer::good(active().to_string()));
    assert_eq!(kind(&verifier(&issuer), &"x".repeat((16 << 10) + 1)).await, Some(TokenErrorKind::Invalid));
    assert_eq!(issuer.asked(), 0);
}

/// Verifies this many tokens at once. Returns how many are accepted, and the reasons of the others.
async fn at_once(verifier: &Introspection, tokens: usize) -> (usize, Vec<TokenError>) {
    let under_way: Vec<_> = (0..tokens)
        .map(|number| {
            let verifier = verifier.clone();
            tokio::spawn(async move { verifier.verify(Token::new(&format!("token-{number}"))).await })
        })
        .collect();
    let (mut accepted, mut errors) = (0, Vec::new());
    for one in under_way {
        match one.await.unwrap() {
            Ok(_) => accepted += 1,
            Err(error) => errors.push(error),
        }
    }
    (accepted, errors)
}

#[tokio::test]
async fn limits_concurrent_requests() {
    let issuer = Issuer::new(Answer::Late(Duration::from_millis(400), active().to_string()));
    let verifier = verifier(&issuer).timeout(Duration::from_secs(30)).max_concurrent(NonZeroUsize::new(2).unwrap());
    let all = tokio::spawn({
        let verifier = verifier.clone();
        async move { at_once(&verifier, 6).await }
    });
    // The maximum number of requests is in progress, and the others wait.
    while issuer.asked() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(issuer.asked(), 2);
    assert_eq!((all.await.unwrap(), issuer.asked()), ((6, Vec::new()), 6));
}

#[tokio::test]
async fn waits_for_a_request_within_the_timeout() {
    let issuer = Issuer::new(Answer::Late(Duration::from_secs(20), active().to_string()));
    let verifier = verifier(&issuer).max_concurrent(NonZeroUsize::MIN);
    let first = tokio::spawn({
        let patient = verifier.clone().timeout(Duration::from_secs(60));
        async move { kind(&patient, "first").await }
    });
    while issuer.asked() == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let began = std::time::Instant::now();
    let (accepted, errors) = at_once(&verifier.clone().timeout(Duration::from_millis(300)), 5).await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!((accepted, errors.len(), issuer.asked()), (0, 5, 1));
    let busy = TokenError::unavailable("too many introspection requests are under way");
    assert!(errors.iter().all(|error| *error == busy), "{errors:?}");
    // A cancelled request releases its permit.
    issuer.answers(Answer::good(active().to_string()));
    first.abort();
    assert_eq!(kind(&verifier, "later").await, None);
}

#[tokio::test]
async fn releases_permits_of_cancelled_requests() {
    let issuer = Issuer::new(Answer::Late(Duration::from_secs(20), active().to_string()));
    let verifier = verifier(&issuer).max_concurrent(NonZeroUsize::MIN);
    for waiting in 0..2 {
        let cancelled: Vec<_> = (0..=waiting)
            .map(|number| {
                let verifier = verifier.clone();
                tokio::spawn(async move { verifier.verify(Token::new(&format!("gone-{number}"))).await.is_ok() })
            })
            .collect();
        while issuer.asked() <= waiting {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        cancelled.iter().for_each(tokio::task::JoinHandle::abort);
    }
    issuer.answers(Answer::good(active().to_string()));
    assert_eq!(kind(&verifier, "later").await, None);
}

#[test]
fn returns_unavailable_without_a_runtime() {
    let verifier = verifier(&Issuer::new(Answer::Nothing));
    let answer = futures_util::future::FutureExt::now_or_never(verifier.verify(Token::new("x"))).unwrap();
    assert_eq!(answer.unwrap_err().kind(), TokenErrorKind::Unavailable);
}
