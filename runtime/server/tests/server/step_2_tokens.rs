//! Step 2: the token, read from the header alone.

use std::sync::Arc;

use mcp_scopes_server::{Claims, Token, TokenError, TokenVerifier, token::TokenCache};
use serde_json::json;

use crate::server::{Ask, DOCUMENT, RESOURCE, Server};

#[tokio::test]
async fn returns_401_with_the_baseline_scope_without_a_token() {
    let answer = Server::new().send(Ask::method("tools/list")).await;
    assert_eq!(answer.refused(), (401, 401));
    // RFC 6750 §3.1: no error code without credentials.
    assert_eq!(answer.challenge(), format!("Bearer scope=\"files:read\", resource_metadata=\"{DOCUMENT}\""));
    assert!(answer.header("access-control-expose-headers").contains("WWW-Authenticate"));
}

#[tokio::test]
async fn returns_401_for_invalid_tokens_even_for_public_tools() {
    for token in ["unknown", "expired", "foreign", "without-audience"] {
        // The body is malformed as well, and is not read.
        for ask in [Ask::call("status"), Ask::post("no json")] {
            let answer = Server::new().send(ask.token(token)).await;
            assert_eq!(answer.refused(), (401, 401), "{token}");
            // The scope is at the same position as in the first 401.
            let begin = "Bearer scope=\"files:read\", error=\"invalid_token\", error_description=";
            assert!(answer.challenge().starts_with(begin), "{}", answer.challenge());
            assert!(
                answer.challenge().ends_with(&format!(", resource_metadata=\"{DOCUMENT}\"")),
                "{}",
                answer.challenge()
            );
        }
    }
}

#[tokio::test]
async fn rejects_claims_that_are_bound_to_a_key() {
    struct Bound(serde_json::Value);
    impl TokenVerifier for Bound {
        async fn verify(&self, _: Token<'_>) -> Result<Arc<Claims>, TokenError> {
            let claims =
                Claims::builder("https://auth.example.com").subject("ada").audience([RESOURCE]).scope("files:read");
            let others = json!({"cnf": self.0}).as_object().unwrap().clone();
            Ok(Arc::new(claims.raw(others).build()))
        }
    }
    for (cnf, passes) in [(json!({"jkt": "0ZcOCORZ"}), false), (json!({}), false), (serde_json::Value::Null, true)] {
        let server = Server::with(|builder| builder.verifier(TokenCache::new(Bound(cnf))));
        // Also if the claims are cached.
        for _ in 0..2 {
            let answer = server.send(Ask::call("list_files").token("bound")).await;
            if passes {
                answer.passed();
            } else {
                assert_eq!(answer.refused(), (401, 401));
                assert!(answer.challenge().contains("does not verify the proof of possession"), "{answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn accepts_tokens_before_their_expiry() {
    Server::new().send(Ask::call("list_files").token("fresh")).await.passed();
}

#[tokio::test]
async fn returns_503_when_the_verifier_is_unavailable() {
    let answer = Server::new().send(Ask::call("status").token("down")).await;
    assert_eq!((answer.refused(), answer.header("retry-after"), answer.challenge()), ((503, 503), "5", ""));
}

#[tokio::test]
async fn rejects_tokens_in_the_query() {
    for query in ["access_token=reader", "a=b&access_token=reader", "acc%65ss_token=reader"] {
        let ask = Ask::call("list_files").uri(&format!("/mcp?{query}"));
        for ask in [ask.token("reader"), Ask::call("status").uri(&format!("/mcp?{query}"))] {
            let answer = Server::new().send(ask).await;
            assert_eq!(answer.refused(), (400, 400), "{query}");
            let said = "the token is in the query; send it in the Authorization header";
            let begin = format!("Bearer error=\"invalid_request\", error_description=\"{said}\"");
            assert!(answer.challenge().starts_with(&begin), "{}", answer.challenge());
        }
    }
}

#[tokio::test]
async fn returns_400_for_malformed_credentials() {
    for value in ["Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "bearer \u{e4}", "Bearer =", "Bearer \"reader\""] {
        let answer = Server::new().send(Ask::call("status").header("authorization", value)).await;
        assert_eq!(answer.refused(), (400, 400), "{value}");
        let said = "no valid token follows `Bearer`; RFC 6750, section 2.1, lists its characters";
        assert!(answer.challenge().contains(&format!("error_description=\"{said}\"")), "{value}: {answer:?}");
    }
    let two = Ask::call("list_files").token("reader").token("reader");
    assert_eq!(Server::new().send(two).await.refused(), (400, 400));
}

#[tokio::test]
async fn returns_401_for_other_schemes() {
    for value in ["Basic cmVhZGVyOg==", "DPoP reader", "Bearerreader", "reader", ""] {
        let answer = Server::new().send(Ask::call("status").header("authorization", value)).await;
        assert_eq!(answer.refused(), (401, 401), "{value}");
    }
}

#[tokio::test]
async fn accepts_any_case_of_the_scheme_and_several_spaces() {
    for value in ["bearer reader", "BEARER reader", "Bearer   reader"] {
        Server::new().send(Ask::call("list_files").header("authorization", value)).await.passed();
    }
}

#[tokio::test]
async fn forwards_caller_and_claims_without_the_token() {
    let answer = Server::new().send(Ask::call("list_files").token("reader")).await;
    let seen = answer.passed();
    assert_eq!(seen.subject.as_deref(), Some("ada"));
    assert!(seen.caller.unwrap().grant().holds("files:read"));
    assert!(!seen.headers.contains_key("authorization"));
}

#[tokio::test]
async fn forwards_an_anonymous_caller_without_a_token() {
    let answer = Server::new().send(Ask::call("status")).await;
    let seen = answer.passed();
    assert!(seen.caller.unwrap().grant().is_anonymous() && seen.subject.is_none());
}

#[tokio::test]
async fn accepts_scopes_as_a_list() {
    Server::new().send(Ask::call("write_file").token("listed")).await.passed();
}

#[tokio::test]
async fn opens_only_public_tools_for_a_token_without_scopes() {
    let answer = Server::new().send(Ask::call("list_files").token("scopeless")).await;
    assert_eq!(answer.refused(), (403, 403));
    Server::new().send(Ask::call("status").token("scopeless")).await.passed();
}
