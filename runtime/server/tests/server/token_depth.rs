//! Nesting and reserved names in all JSON about tokens: on a stack of 2 MiB, in a debug build.

use mcp_scopes_server::{
    __private::v1::Introspection,
    Token, TokenErrorKind, TokenVerifier,
    token::{ClientCredentials, KeySet},
};
use serde_json::json;

use crate::{
    issuer::{Answer, Issuer},
    server::RESOURCE,
    tokens::{ISSUER, KEYS, claims, ed_jwk, raw, verifier},
};

/// The maximum number of levels of an accepted text.
const DEEPEST: usize = 100;

/// Runs a test on a thread with the stack size of a tokio worker.
fn on_a_small_stack(test: impl Future<Output = ()> + Send + 'static) {
    let run = move || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

/// Returns an object with one more member, nested to this many levels in total.
fn deepened(object: &str, levels: usize, open: &str, close: &str) -> String {
    let inner = levels - 1;
    let object = object.trim_end().strip_suffix('}').unwrap();
    format!("{object},\"x\":{}1{}}}", open.repeat(inner), close.repeat(inner))
}

/// Returns eleven nested texts whose levels together exceed a stack of 2 MiB.
fn markers() -> String {
    (0..11).fold("1".to_owned(), |inner, _| {
        let text = serde_json::to_string(&format!("{}{inner}{}", "[".repeat(80), "]".repeat(80))).unwrap();
        format!("{{\"$serde_json::private::RawValue\":{text}}}")
    })
}

async fn accepts(verifier: &impl TokenVerifier, token: &str) -> Option<TokenErrorKind> {
    verifier.verify(Token::new(token)).await.err().map(|error| error.kind())
}

#[test]
fn limits_nesting_in_jose_headers_and_claims() {
    on_a_small_stack(async {
        let header = r#"{"alg":"EdDSA","kid":"ed"}"#;
        let claims = claims().to_string();
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            for (levels, refused) in [(DEEPEST, None), (DEEPEST + 1, Some(TokenErrorKind::Invalid))] {
                let in_header = raw(&deepened(header, levels, open, close), &claims);
                assert_eq!(accepts(&verifier(), &in_header).await, refused, "header {open} {levels}");
                let in_claims = raw(header, &deepened(&claims, levels, open, close));
                assert_eq!(accepts(&verifier(), &in_claims).await, refused, "claims {open} {levels}");
            }
        }
    });
}

#[test]
fn rejects_reserved_names_in_jose_headers_and_claims() {
    on_a_small_stack(async {
        let (header, claims) = (r#"{"alg":"EdDSA","kid":"ed"}"#, claims().to_string());
        let hides = |object: &str| format!("{},\"x\":{}}}", object.strip_suffix('}').unwrap(), markers());
        for token in [raw(&hides(header), &claims), raw(header, &hides(&claims))] {
            assert_eq!(accepts(&verifier(), &token).await, Some(TokenErrorKind::Invalid));
        }
        let plain = r#","\u0024serde_json::private::Number":"1"}"#;
        let token = raw(header, &format!("{}{plain}", claims.strip_suffix('}').unwrap()));
        assert_eq!(accepts(&verifier(), &token).await, Some(TokenErrorKind::Invalid));
    });
}

#[test]
fn limits_nesting_and_rejects_reserved_names_in_key_sets() {
    on_a_small_stack(async {
        let set = json!({"keys": [ed_jwk(&KEYS.ed, "ed")]}).to_string();
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            assert!(KeySet::from_json(&deepened(&set, DEEPEST, open, close)).is_ok(), "{open}");
            assert!(KeySet::from_json(&deepened(&set, DEEPEST + 1, open, close)).is_err(), "{open}");
        }
        let hides = format!("{},\"x\":{}}}", set.strip_suffix('}').unwrap(), markers());
        assert!(KeySet::from_json(&hides).is_err());
    });
}

#[test]
fn limits_nesting_and_rejects_reserved_names_in_introspection_answers() {
    on_a_small_stack(async {
        let active = json!({"active": true, "iss": ISSUER, "aud": RESOURCE, "sub": "ada", "scope": "files:read"});
        let active = active.to_string();
        let hides = format!("{},\"x\":{}}}", active.strip_suffix('}').unwrap(), markers());
        let mut answers = vec![(hides, Some(TokenErrorKind::Unavailable))];
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            answers.push((deepened(&active, DEEPEST, open, close), None));
            answers.push((deepened(&active, DEEPEST + 1, open, close), Some(TokenErrorKind::Unavailable)));
        }
        for (answer, refused) in answers {
            let issuer = Issuer::new(Answer::good(answer));
            let credentials = ClientCredentials::basic("files", "s3cret");
            let verifier = Introspection::new(&issuer.url(), ISSUER, RESOURCE, credentials).unwrap();
            assert_eq!(accepts(&verifier, "opaque").await, refused);
        }
    });
}
