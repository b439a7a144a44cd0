//! Several verifiers, each for its own tokens.

use std::sync::{Arc, Mutex};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use mcp_scopes_server::{Claims, Token, TokenError, TokenErrorKind, TokenVerifier, token::VerifierRouter};

/// Accepts tokens in the name of an issuer, and records that it was called.
struct Yes(&'static str, &'static str, Asked);
type Asked = Arc<Mutex<Vec<&'static str>>>;

impl TokenVerifier for Yes {
    async fn verify(&self, _: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        self.2.lock().unwrap().push(self.0);
        Ok(Arc::new(Claims::builder(self.1).build()))
    }

    fn is_still_valid(&self, claims: &Claims) -> bool {
        claims.issuer() != format!("left {}", self.0)
    }
}

fn jwt(claims: &str) -> String {
    format!("e30.{}.c2ln", BASE64.encode(claims))
}

fn router(asked: &Asked) -> VerifierRouter {
    let yes = |name, issuer| Yes(name, issuer, Arc::clone(asked));
    VerifierRouter::new()
        .prefix("sk_", yes("keys", "here"))
        .prefix("sk_test_", yes("never", "here"))
        .issuer("https://a", yes("a", "https://a"))
        .issuer("https://b", yes("b", "https://b"))
        .issuer("https://liar", yes("liar", "https://a"))
}

/// Returns the verifiers that were called, and the result.
async fn ask(router: VerifierRouter, asked: &Asked, token: &str) -> (Vec<&'static str>, Result<(), TokenError>) {
    let answer = router.verify(Token::new(token)).await.map(drop);
    (core::mem::take(&mut *asked.lock().unwrap()), answer)
}

#[tokio::test]
async fn asks_one_verifier_per_token() {
    let asked = Asked::default();
    for (token, who) in [
        ("sk_live_1", "keys"),
        ("sk_test_1", "keys"),
        (&jwt(r#"{"iss":"https://a"}"#), "a"),
        (&jwt(r#"{"sub":"x","iss":"https:\/\/b"}"#), "b"),
    ] {
        assert_eq!(ask(router(&asked), &asked, token).await, (vec![who], Ok(())), "{token}");
    }
}

#[tokio::test]
async fn routes_other_tokens_to_the_fallback_or_rejects_them() {
    let asked = Asked::default();
    let long = jwt(&format!(r#"{{"iss":"https://a","x":"{}"}}"#, "x".repeat(16 << 10)));
    let opaque = "it is opaque or malformed, and names no issuer";
    for (token, reason) in [
        ("opaque", opaque),
        ("SK_live", opaque),
        ("a.b.c", opaque),
        (&jwt("{}"), "`iss` is missing"),
        (&jwt(r#"{"iss":null}"#), "`iss` is missing"),
        (&jwt(r#"{"iss":"https://a/"}"#), "`iss` has another value than the configured issuers"),
        (&jwt(r#"{"iss":["https://a"]}"#), "`iss` is not a string"),
        (&jwt(r#"{"iss":"https://a","iss":"https://b"}"#), opaque),
        (&jwt(r#"{"iss":"https://a","\u0069ss":"https://b"}"#), opaque),
        (&long, opaque),
    ] {
        let (who, answer) = ask(router(&asked), &asked, token).await;
        let error = answer.unwrap_err();
        assert_eq!((who.as_slice(), error.kind()), (&[][..], TokenErrorKind::Invalid), "{token}");
        assert!(error.reason() == reason && error.help().is_some(), "{token}: {error}");
        let with_rest = router(&asked).fallback(Yes("rest", "c", Arc::clone(&asked)));
        assert_eq!(ask(with_rest, &asked, token).await, (vec!["rest"], Ok(())), "{token}");
    }
    assert!(ask(VerifierRouter::new(), &asked, "opaque").await.1.is_err());
}

#[tokio::test]
async fn rejects_claims_of_another_issuer_than_the_routed_one() {
    let asked = Asked::default();
    let (who, answer) = ask(router(&asked), &asked, &jwt(r#"{"iss":"https://liar"}"#)).await;
    let error = answer.unwrap_err();
    assert_eq!((who, error.kind()), (vec!["liar"], TokenErrorKind::Invalid));
    assert_eq!(error.reason(), "its verifier names another issuer than the token does");
}

#[test]
fn rejects_claims_that_no_longer_count_for_one_verifier() {
    let asked = Asked::default();
    let router = router(&asked).fallback(Yes("rest", "c", Arc::clone(&asked)));
    assert!(router.is_still_valid(&Claims::builder("https://a").build()));
    for name in ["keys", "a", "b", "rest"] {
        assert!(!router.is_still_valid(&Claims::builder(format!("left {name}")).build()), "{name}");
    }
}
