//! Tokens, and runs of the doctor.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use mcp_scopes_doctor::{Examination, Options, Token, Tokens, examine};
use serde_json::json;

use crate::server::{Faults, Server};

/// Returns a token that says this, with a signature that the servers of the tests know.
pub(crate) fn jwt(subject: &str, scope: &str) -> String {
    let part = |value: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({"alg": "ES256", "typ": "at+jwt"}));
    let claims = part(json!({"iss": "https://auth.example.com", "sub": subject, "scope": scope}));
    format!("{head}.{claims}.{}", BASE64_URL_SAFE_NO_PAD.encode(format!("signature of {subject} {scope}")))
}

pub(crate) fn low() -> String {
    jwt("ada", "notes:list")
}

pub(crate) fn full() -> String {
    jwt("bea", "notes:list notes:read notes:sync")
}

/// Tokens of the same callers that say nothing.
pub(crate) const OPAQUE_LOW: &str = "an-opaque-token-of-ada";
pub(crate) const OPAQUE_FULL: &str = "an-opaque-token-of-bea";

/// Tokens of the same callers that are words of each answer.
pub(crate) const SHORT_LOW: &str = "notes";
pub(crate) const SHORT_FULL: &str = "list";

/// Returns the settings of a run with opaque tokens.
pub(crate) fn opaque_options(url: &str) -> Options {
    options_with(url, OPAQUE_LOW, OPAQUE_FULL)
}

/// Returns the settings of a run with these valid tokens.
pub(crate) fn options_with(url: &str, low: &str, full: &str) -> Options {
    let token = |text| Some(Token::parse(text).unwrap());
    Options { tokens: Tokens { low: token(low), full: token(full), ..tokens() }, ..options(url) }
}

/// Returns all four tokens.
pub(crate) fn tokens() -> Tokens {
    let token = |text: String| Some(Token::parse(&text).unwrap());
    Tokens {
        low: token(low()),
        full: token(full()),
        expired: token(jwt("expired", "notes:list")),
        foreign: token(jwt("foreign", "notes:list")),
    }
}

/// Returns the settings of a run with all tokens and calls.
pub(crate) fn options(url: &str) -> Options {
    Options { tokens: tokens(), call: true, ..Options::new(url) }
}

/// Starts a server and examines it.
pub(crate) async fn examined(faults: Faults) -> Examination {
    let server = Server::start(faults).await;
    run(&options(&server.url)).await
}

pub(crate) async fn run(options: &Options) -> Examination {
    let counter = Arc::new(AtomicUsize::new(0));
    let examination = examine(options, counter.clone()).await.unwrap();
    assert_eq!(counter.load(Ordering::Relaxed), examination.requests);
    for finding in &examination.report.findings {
        for text in [&finding.message, &finding.help] {
            assert!(!text.is_empty() && !text.ends_with('.') && !text.contains('\n'), "{text}");
            assert!(!text.starts_with(char::is_uppercase) || text.starts_with("HEAD"), "{text}");
            assert!(!text.contains(&low()) && !text.contains(&full()), "{text}");
        }
        assert!(finding.place.is_some() && !finding.fingerprint.is_empty() && finding.fix.is_none(), "{finding:?}");
    }
    examination
}

/// Returns the rules that report something, without repetition.
pub(crate) fn rules(examination: &Examination) -> Vec<&'static str> {
    let mut rules: Vec<&str> = examination.report.findings.iter().map(|finding| finding.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}
