//! Broken servers with one fault each. The doctor finds each by exactly its rule.

use std::collections::BTreeSet;

use mcp_scopes_doctor::Options;
use mcp_scopes_lint::{Category, RULES};

use crate::{
    server::{Faults, Server},
    support::{examined, rules, run},
};

/// How a server of a fault speaks.
#[derive(Clone, Copy)]
enum Kind {
    Plain,
    Sessions,
    Filtered,
    Gated,
}
use Kind::{Filtered, Gated, Plain, Sessions};

/// Each fault, and the rule that reports it.
const FAULTS: &[(&str, Kind, &str)] = &[
    // The document.
    ("no metadata", Plain, "metadata-missing"),
    ("metadata elsewhere", Plain, "metadata-not-well-known"),
    ("metadata behind a token", Plain, "metadata-needs-token"),
    ("metadata redirects", Plain, "metadata-redirect"),
    ("text", Plain, "metadata-content-type"),
    ("no HEAD", Plain, "metadata-head"),
    ("no CORS", Plain, "metadata-cors"),
    ("no preflight", Plain, "metadata-preflight"),
    ("no caching", Plain, "metadata-cache"),
    ("challenge to a redirect", Plain, "metadata-redirect"),
    ("challenge to a locked document", Plain, "metadata-needs-token"),
    ("broken JSON", Plain, "not-json"),
    ("two documents", Plain, "metadata-differs"),
    ("other resource", Plain, "resource-mismatch"),
    ("empty member", Plain, "empty-member"),
    // The challenge.
    ("open", Plain, "anonymous-access"),
    ("open list", Plain, "anonymous-access"),
    ("403 without token", Plain, "anonymous-status"),
    ("no challenge", Plain, "challenge-missing"),
    ("malformed challenge", Plain, "challenge-syntax"),
    ("basic challenge", Plain, "challenge-scheme"),
    ("two challenges", Plain, "challenge-several"),
    ("no address", Plain, "challenge-without-metadata"),
    ("relative address", Plain, "challenge-metadata-address"),
    ("challenge to nothing", Plain, "challenge-metadata-unreachable"),
    ("no scope", Plain, "challenge-without-scope"),
    ("bad scope", Plain, "challenge-scope-syntax"),
    ("offline_access", Plain, "challenge-offline-access"),
    ("error without token", Plain, "challenge-error-without-token"),
    ("scope in description", Plain, "challenge-ambiguous"),
    ("preflight with token", Plain, "endpoint-preflight"),
    // Tokens.
    ("malformed token", Plain, "accepts-malformed-token"),
    ("empty token", Plain, "accepts-empty-token"),
    ("unsigned token", Plain, "accepts-unsigned-token"),
    ("bad signature", Plain, "accepts-bad-signature"),
    ("expired token", Plain, "accepts-expired-token"),
    ("foreign token", Plain, "accepts-foreign-token"),
    ("DPoP required", Plain, "accepts-unbound-token"),
    ("any scheme", Plain, "accepts-other-scheme"),
    ("query token", Plain, "reads-query-token"),
    ("query token before header", Plain, "reads-query-token"),
    ("400 for invalid token", Plain, "invalid-token-status"),
    ("no invalid_token", Plain, "invalid-token-error"),
    ("refuses full", Plain, "rejects-given-token"),
    ("refuses low", Sessions, "rejects-given-token"),
    ("case-sensitive scheme", Plain, "scheme-case"),
    ("echo", Plain, "token-in-answer"),
    ("malformed token", Sessions, "accepts-malformed-token"),
    // Authorization servers.
    ("issuer without metadata", Plain, "issuer-unreachable"),
    ("issuer down", Plain, "issuer-unreachable"),
    ("other issuer", Plain, "issuer-differs"),
    ("no token endpoint", Plain, "issuer-incomplete"),
    ("plain endpoint", Plain, "issuer-endpoint-not-https"),
    ("no PKCE", Plain, "issuer-without-pkce"),
    ("no registration", Plain, "issuer-without-registration"),
    ("no iss", Plain, "issuer-without-iss"),
    ("no keys", Plain, "issuer-keys"),
    ("keys down", Plain, "issuer-keys"),
    // Calls.
    ("no check", Plain, "call-without-scope"),
    ("no check", Filtered, "hidden-tool-callable"),
    ("telling refusal", Filtered, "hidden-tool-differs"),
    ("telling text", Filtered, "hidden-tool-differs"),
    ("error result", Plain, "scope-refusal-status"),
    ("bare 403", Plain, "scope-challenge-missing"),
    ("bare 403", Gated, "scope-challenge-missing"),
    ("403 without code", Plain, "scope-challenge-error"),
    ("403 with a bare challenge", Plain, "scope-challenge-error"),
    ("403 without scope", Plain, "scope-challenge-scope"),
    ("403 without scope", Gated, "scope-challenge-scope"),
    ("403 without address", Plain, "scope-challenge-metadata"),
    ("drip", Plain, "scope-challenge-incomplete"),
    ("loop", Plain, "challenge-loops"),
    ("any tool", Plain, "unknown-tool-accepted"),
    ("open resource", Plain, "content-without-scope"),
    // Lists.
    ("inverted list", Plain, "list-not-subset"),
    ("public cache", Filtered, "list-cache-scope"),
    ("no cache members", Plain, "list-cache-missing"),
    ("changing order", Plain, "list-order"),
    ("changing list", Plain, "list-changes"),
    // The endpoint.
    ("any name header", Plain, "name-mismatch"),
    ("any method header", Plain, "method-mismatch"),
    ("batches", Plain, "batch-accepted"),
    ("batches", Sessions, "batch-accepted"),
    ("any origin", Plain, "foreign-origin"),
    ("any revision", Plain, "unknown-revision"),
    ("any revision", Sessions, "unknown-revision"),
    ("endpoint redirects", Plain, "endpoint-redirect"),
    ("fails on malformed token", Plain, "server-error"),
    ("list fails", Plain, "server-error"),
    ("list fails", Sessions, "server-error"),
    ("list is no message", Plain, "unreadable-answer"),
    ("open prompts", Plain, "method-without-token"),
    // Sessions.
    ("session alone", Sessions, "session-without-token"),
    ("shared session", Sessions, "session-shared"),
    ("weak session", Sessions, "weak-session-id"),
    // The metadata against reality.
    ("undeclared scope", Plain, "scope-not-advertised"),
    ("undeclared scope for resources", Plain, "scope-not-advertised"),
    ("scope without issuer", Plain, "scope-unknown-to-issuer"),
    ("idle scope", Plain, "scope-never-demanded"),
    ("tool that does not exist", Plain, "metadata-unknown-tool"),
    ("tool without entry", Plain, "metadata-missing-tool"),
];

/// What other tests make a server do: the lock file (in the program), plain http, certificates, the fixture.
const ELSEWHERE: [&str; 4] = ["lock-differs", "not-https", "tls-failure", "conformance-scopes"];

fn server(fault: &'static str, kind: Kind) -> Faults {
    let one = Faults::one(fault);
    match kind {
        Plain => one,
        Sessions => Faults { with_sessions: true, ..one },
        Filtered => Faults { filtered: true, ..one },
        Gated => Faults { gated: true, ..one },
    }
}

#[tokio::test]
async fn finds_each_fault_by_exactly_its_rule() {
    let mut wrong = Vec::new();
    for (fault, kind, rule) in FAULTS {
        let examination = examined(server(fault, *kind)).await;
        let found = rules(&examination);
        if found != [*rule] {
            let messages: Vec<_> = examination
                .report
                .findings
                .iter()
                .map(|finding| format!("{}: {}", finding.rule, finding.message))
                .collect();
            wrong.push(format!("`{fault}` is `{rule}`, but {messages:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Its refusal of an invalid token is the same as that of a request without a token.
#[tokio::test]
async fn finds_a_query_token_that_only_a_session_shows() {
    let both = vec!["session alone", "query token before session"];
    let examination = examined(Faults { on: both, with_sessions: true, ..Faults::default() }).await;
    assert_eq!(rules(&examination), ["reads-query-token", "session-without-token"]);
    let quiet = Faults { with_sessions: true, ..Faults::one("query token before session") };
    assert_eq!(rules(&examined(quiet).await), [""; 0]);
}

/// It is asked at three addresses, and must not keep the server from being examined.
#[tokio::test]
async fn examines_a_server_whose_issuer_is_down() {
    let examination = examined(Faults { on: vec!["issuer down", "malformed token"], ..Faults::default() }).await;
    assert_eq!(rules(&examination), ["accepts-malformed-token", "issuer-unreachable"]);
    assert_eq!(examination.skipped, []);
}

/// The challenge is that to the list of tools, which `initialize` does not need.
#[tokio::test]
async fn finds_faults_behind_an_open_initialize() {
    for (fault, rule) in [("no scope", "challenge-without-scope"), ("refuses full", "rejects-given-token")] {
        let faults = Faults { on: vec!["open initialize", fault], with_sessions: true, ..Faults::default() };
        let examination = examined(faults).await;
        assert_eq!(rules(&examination), [rule], "{:#?}", examination.report.findings);
    }
}

/// A list that needs a scope has the challenge of a call.
#[tokio::test]
async fn finds_a_list_that_is_refused_without_a_challenge() {
    let examination = examined(Faults { on: vec!["list needs a scope", "bare 403"], ..Faults::default() }).await;
    assert_eq!(rules(&examination), ["scope-challenge-missing"]);
    assert!(examination.report.findings[0].message.contains("`tools/list`"), "{:#?}", examination.report.findings);
}

/// No token is needed for a preflight.
#[tokio::test]
async fn sends_the_preflight_of_the_endpoint_without_tokens() {
    let server = Server::start(Faults::one("preflight with token")).await;
    assert_eq!(rules(&run(&Options::new(&server.url)).await), ["endpoint-preflight"]);
}

/// The message says what came of each address.
#[tokio::test]
async fn says_why_there_is_no_document() {
    for (fault, rule, words) in [
        ("no metadata", "metadata-missing", "/.well-known/oauth-protected-resource/mcp` (status 404)"),
        ("issuer without metadata", "issuer-unreachable", "/.well-known/openid-configuration` (status 404)"),
        ("keys down", "issuer-keys", "no answer ("),
    ] {
        let examination = examined(Faults::one(fault)).await;
        let finding = examination.report.findings.iter().find(|finding| finding.rule == rule).unwrap();
        assert!(finding.message.contains(words), "{}", finding.message);
    }
}

#[test]
fn every_live_rule_has_a_fault() {
    let faults: BTreeSet<&str> = FAULTS.iter().map(|(.., rule)| *rule).chain(ELSEWHERE).collect();
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/doctor.md")).unwrap();
    for rule in RULES.iter().filter(|rule| rule.category == Category::Live) {
        assert!(faults.contains(rule.id), "no server has the fault `{}`", rule.id);
        assert!(docs.contains(&format!("`{}`", rule.id)), "docs/doctor.md does not name `{}`", rule.id);
    }
    assert!(FAULTS.len() >= 40);
}
