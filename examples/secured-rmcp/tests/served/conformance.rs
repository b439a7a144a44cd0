//! The fixture for scopes of the official suite. The suite does not have the scenario yet, so the doctor performs it.

use std::sync::{Arc, atomic::AtomicUsize};

use mcp_scopes_doctor::{Examination, Options, Token, Tokens, examine as examine_served, run};
use reqwest::Client;
use secured_rmcp::{
    conformance::{FULL, LOW, routes},
    serve::Issuer,
};

use serde_json::Value;

use crate::{process::TokenClient, program::Served};

fn examine(resource: &str, tokens: Tokens) -> Examination {
    let options = Options { conformance: true, call: true, tokens, ..Options::new(resource) };
    run(&options, Arc::new(AtomicUsize::new(0))).unwrap()
}

#[test]
fn the_doctor_finds_nothing_at_the_fixture() {
    let fixture = Served::fixture();
    let token = |text| Some(Token::parse(text).unwrap());
    for tokens in [Tokens::default(), Tokens { low: token(LOW), full: token(FULL), ..Tokens::default() }] {
        let examination = examine(&fixture.resource, tokens);
        assert!(examination.report.findings.is_empty(), "{:#?}", examination.report.findings);
    }
}

/// Two clients get the tokens, so that their subjects differ.
#[tokio::test]
async fn the_doctor_finds_nothing_at_the_note_server() {
    let notes = Served::start(&[]);
    let http = Client::new();
    let metadata = notes.resource.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
    let document: Value = http.get(metadata).send().await.unwrap().json().await.unwrap();
    let issuer = document["authorization_servers"][0].as_str().unwrap();
    let token = async |scopes: &str| {
        let text = TokenClient::register(&http, issuer).await.token(&notes.resource, scopes).await;
        Some(Token::parse(&text).unwrap())
    };
    let (low, full) = (token("notes:read").await, token("notes:read notes:write").await);
    let tokens = Tokens { low, full, ..Tokens::default() };
    let options = Options { call: true, tokens, ..Options::new(&notes.resource) };
    let examination = examine_served(&options, Arc::new(AtomicUsize::new(0))).await.unwrap();
    assert!(examination.report.findings.is_empty(), "{:#?}", examination.report.findings);
    assert!(examination.tools.is_some() && examination.requests > 20, "{examination:#?}");
}

#[test]
fn the_note_server_does_not_know_the_published_tokens() {
    let notes = Served::start(&[]);
    let token = |text| Some(Token::parse(text).unwrap());
    let tokens = Tokens { low: token(LOW), full: token(FULL), ..Tokens::default() };
    let found = examine(&notes.resource, tokens).report.findings;
    let of_rule = |rule: &str| found.iter().filter(|finding| finding.rule == rule).count();
    assert_eq!((of_rule("rejects-given-token"), of_rule("conformance-scopes")), (2, 4), "{found:#?}");
    assert_eq!(found.len(), 6, "{found:#?}");
}

#[tokio::test]
async fn refuses_to_serve_the_fixture_elsewhere() {
    let issuer = Issuer { name: "http://127.0.0.1:1".to_owned(), keys: "http://127.0.0.1:1/jwks.json".to_owned() };
    for resource in ["https://notes.example.com/mcp", "http://127.0.0.1.example.com/mcp", "http://0.0.0.0/mcp", "mcp"] {
        let error = routes(resource, &issuer).await.unwrap_err().to_string();
        assert!(error.contains("is not on a loopback host"), "{resource}: {error}");
    }
}
