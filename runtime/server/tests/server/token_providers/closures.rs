//! The closure of a deployment that reads claims.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use mcp_scopes_server::{
    ProblemKind, ResourceServer, TokenError,
    token::{ClientCredentials, Issuer, Provider},
};
use serde_json::{Value, json};

use super::{SHAPES, keys, token};
use crate::{
    issuer,
    server::{Ask, BuildNow as _, RESOURCE, Server},
    tokens::now,
};

#[tokio::test]
async fn a_closure_reads_the_claims_of_checked_tokens() {
    let issuer = Issuer::keys("https://auth.example.com", keys()).claims(|verified| {
        let rights = verified.claim("rights").and_then(Value::as_array);
        let rights = rights.ok_or(TokenError::invalid("it has no rights"))?;
        Ok(verified.danger_accept_any_audience().subject("mapped").scopes(rights.iter().filter_map(Value::as_str)))
    });
    let server = Server::around(ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(issuer));
    let header = json!({"alg": "EdDSA", "kid": "ed"});
    let claims = json!({"iss": "https://auth.example.com", "sub": "ada", "rights": ["files:read"]});
    let seen = server.send(Ask::call("plain").token(&token(&header, &claims))).await.seen.unwrap();
    assert_eq!(seen.subject.as_deref(), Some("mapped"));
    for (changes, said) in [
        (json!({"iss": "https://other.example.com"}), "`iss` has another value"),
        (json!({"rights": null}), "it has no rights"),
        (json!({"cnf": {"jkt": "a"}}), "bound to a key"),
        (json!({"token_use": "id"}), "`token_use`"),
        (json!({"at_hash": "a"}), "looks like an ID token"),
        (json!({"nbf": now() + 600}), "`nbf` is in the future"),
    ] {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let answer = server.send(Ask::call("plain").token(&token(&header, &claims))).await;
        assert!(answer.challenge().contains(said), "{changes}: {answer:?}");
    }
    // The scope claim is not read.
    let claims = json!({"iss": "https://auth.example.com", "rights": [], "scope": "files:read"});
    assert_eq!(server.send(Ask::call("plain").token(&token(&header, &claims))).await.refused().0, 403);
}

#[test]
fn a_closure_and_a_provider_exclude_one_another() {
    let issuer = Issuer::keys("https://auth.example.com", keys()).provider(Provider::new());
    let issuer = issuer.claims(|verified| Ok(verified.accept()?.subject("ada")));
    let error = ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(issuer).build_now().unwrap_err();
    assert!(error.to_string().contains("`.claims(..)` replaces what `.provider(..)` says"), "{error}");
}

#[tokio::test]
async fn a_mapped_token_needs_the_audience_or_a_judged_one() {
    let issuer = || Issuer::keys("https://auth.example.com", keys());
    let strict = issuer().claims(|verified| Ok(verified.accept()?.scopes(["files:read"])));
    let judged = issuer().claims(|verified| Ok(verified.danger_accept_any_audience().scopes(["files:read"])));
    let header = json!({"alg": "EdDSA", "kid": "ed"});
    for (audience, by_strict) in
        [(json!(RESOURCE), true), (json!(["account", RESOURCE]), true), (json!("account"), false), (Value::Null, false)]
    {
        let claims = json!({"iss": "https://auth.example.com", "sub": "ada", "aud": audience});
        for (issuer, passes) in [(&strict, by_strict), (&judged, true)] {
            let server = Server::around(ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(issuer.clone()));
            let answer = server.send(Ask::call("plain").token(&token(&header, &claims))).await;
            assert_eq!(answer.seen.is_some(), passes, "{audience}: {answer:?}");
        }
    }
    // `server_permissions` limits what a closure grants.
    let claims =
        json!({"iss": "https://auth.example.com", "sub": "ada", "aud": RESOURCE, "server_permissions": {RESOURCE: []}});
    let server = Server::around(ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(strict));
    assert_eq!(server.send(Ask::call("plain").token(&token(&header, &claims))).await.refused(), (403, 403));
}

/// The audience is checked as without a closure, with the same reasons.
#[tokio::test]
async fn a_closure_that_accepts_says_what_is_wrong_with_the_audience() {
    let issuer = Issuer::keys("https://auth.example.com", keys())
        .claims(|verified| Ok(verified.accept()?.scopes(["files:read"])));
    let server = Server::around(ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(issuer));
    for (more, said) in [
        (json!({}), "`aud` is missing"),
        (json!({"aud": null}), "`aud` is missing"),
        (json!({"aud": 7}), "`aud` is neither a string nor a list of strings"),
        (json!({"aud": [RESOURCE, 7]}), "`aud` is neither a string nor a list of strings"),
        (json!({"aud": format!("{RESOURCE}/")}), "`aud` differs from the expected value only by a trailing slash"),
        (json!({"aud": "app", "azp": "app"}), "`aud` has another value, and the token looks like an ID token"),
        (json!({"aud": "account", "scope": "a"}), "`aud` has another value than this server accepts"),
    ] {
        let mut claims = json!({"iss": "https://auth.example.com", "sub": "ada"});
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let header = json!({"alg": "EdDSA", "kid": "ed"});
        let answer = server.send(Ask::call("plain").token(&token(&header, &claims))).await;
        assert!(answer.challenge().contains(&format!("=\"{said}\"")), "{more}: {answer:?}");
    }
}

/// An issuer reports refresh tokens as active as well, and without an audience nothing else rejects them.
#[test]
fn introspection_without_an_audience_requires_the_kind_of_token() {
    let build = |issuer: &dyn Fn(Issuer) -> Issuer| {
        let credentials = ClientCredentials::basic("files", "s3cret");
        let asked =
            Issuer::introspection("https://auth.example.com", "https://auth.example.com/introspect", credentials);
        ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(issuer(asked)).build_now()
    };
    let missing = || Provider::new().accept_missing_audience().clients(["files-client"]);
    for provider in [
        missing(),
        Provider::clerk(["files-client"]),
        missing().require("scope", [""; 0]),
        missing().require(["ext", "token_use"], ["access"]),
        missing().danger_any_client(),
    ] {
        let error = build(&|issuer| issuer.provider(provider.clone())).unwrap_err();
        let problems: Vec<_> = error.problems().iter().map(|problem| (problem.setting, problem.kind)).collect();
        assert_eq!(problems, [("issuer", ProblemKind::Contradiction)], "{error}");
        assert!(error.to_string().contains("refresh tokens without `aud` would be accepted"), "{error}");
    }
    for provider in [
        missing().require("token_use", ["access"]),
        missing().require("token_type", [""; 0]),
        missing().require("typ", ["Bearer"]),
        Provider::cognito(["files-client"]),
        Provider::keycloak().accept_missing_audience().clients(["files-client"]),
        Provider::ory(),
    ] {
        assert!(build(&|issuer| issuer.provider(provider.clone())).is_ok());
    }
    assert!(build(&|issuer| issuer.provider(missing()).require_claim("token_use")).is_ok());
}

/// Introspection responses take the same road as JWTs.
#[tokio::test]
async fn introspection_responses_are_checked_like_jwts() {
    let base = || {
        json!({"active": true, "iss": "https://auth.example.com", "sub": "ada", "client_id": "files-client",
        "aud": RESOURCE, "exp": now() + 60, "scope": "files:read"})
    };
    let send = async |issuer: &dyn Fn(Issuer) -> Issuer, more: &Value| {
        let mut response = base();
        for (name, value) in more.as_object().unwrap() {
            match value {
                Value::Null => drop(response.as_object_mut().unwrap().remove(name)),
                value => response[name] = value.clone(),
            }
        }
        let socket = issuer::Issuer::new(issuer::Answer::good(response.to_string()));
        let credentials = ClientCredentials::basic("files", "s3cret");
        let asked = issuer(Issuer::introspection("https://auth.example.com", socket.url(), credentials));
        let server = Server::around(ResourceServer::builder(&SHAPES).resource(RESOURCE).issuer(asked));
        server.send(Ask::call("plain").token("opaque")).await
    };
    let ory = |issuer: Issuer| issuer.provider(Provider::ory().clients(["files-client"]));
    let cognito = |issuer: Issuer| issuer.provider(Provider::cognito(["files-client"]));
    for (provider, more, said) in [
        (&ory as &dyn Fn(Issuer) -> Issuer, json!({"token_use": "access_token"}), None),
        (
            &ory,
            json!({"client_id": "another"}),
            Some("`client_id` names a client that is not on the list of this server"),
        ),
        (&ory, json!({"client_id": null}), Some("`client_id` is missing, and this server accepts only known clients")),
        (&ory, json!({"token_use": "refresh_token"}), Some("`token_use` is not that of an access token")),
        (&ory, json!({"aud": null}), Some("`aud` is missing")),
        (&cognito, json!({"aud": null, "token_use": "access"}), None),
        (&cognito, json!({"aud": null}), Some("`token_use` is missing")),
        (
            &cognito,
            json!({"aud": null, "token_use": "access", "client_id": "another"}),
            Some("`client_id` names a client that is not on the list of this server"),
        ),
    ] {
        let answer = send(provider, &more).await;
        assert_eq!(answer.seen.is_some(), said.is_none(), "{more}: {answer:?}");
        assert!(said.is_none_or(|said| answer.challenge().contains(said)), "{more}: {answer:?}");
    }
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let closure = move |issuer: Issuer| {
        let asked = Arc::clone(&counted);
        issuer.claims(move |verified| {
            asked.fetch_add(1, Ordering::SeqCst);
            Ok(verified.accept()?.scopes(["files:read"]))
        })
    };
    for (more, said) in [
        (json!({"iss": "https://other.example.com"}), "`iss` has another value"),
        (json!({"nbf": now() + 600}), "`nbf` is in the future"),
        (json!({"cnf": {"jkt": "a"}}), "bound to a key"),
        (json!({"token_type": "refresh_token"}), "`token_type` is not that of an access token"),
    ] {
        let answer = send(&closure, &more).await;
        assert!(answer.challenge().contains(said), "{more}: {answer:?}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0, "the closure was called with claims that are not checked");
    send(&closure, &json!({})).await.passed();
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}
