//! The fixture of the official suite, and what only few servers show.

use mcp_scopes_doctor::{Limits, Options};

use crate::{
    server::{Faults, Server},
    support::{options, rules, run},
};

async fn findings(faults: Faults) -> Vec<String> {
    let server = Server::start(faults).await;
    let examination = run(&Options { conformance: true, ..Options::new(&server.url) }).await;
    let found = examination.report.findings.iter().map(|finding| format!("{} {}", finding.rule, finding.subject));
    found.collect()
}

#[tokio::test]
async fn performs_the_operations_of_the_fixture() {
    assert_eq!(findings(Faults { fixture: true, ..Faults::default() }).await, [""; 0]);
    let all = [
        "conformance-scopes test://static-text",
        "conformance-scopes test://template/123/data",
        "conformance-scopes test_simple_prompt",
        "conformance-scopes test_simple_text",
    ];
    let mut found = findings(Faults { fixture: true, ..Faults::one("fixture drips") }).await;
    found.sort();
    assert_eq!(found, all);
    // A server without the fixture.
    let mut found = findings(Faults::default()).await;
    found.sort();
    assert_eq!(found, all);
}

/// The address is this machine, and does not say so.
#[cfg(unix)]
#[tokio::test]
async fn reports_plain_http() {
    let server = Server::start_as("0.0.0.0", Faults::default()).await;
    let limits = Limits { rate: Some(1000.0), ..Limits::default() };
    let examination = run(&Options { allow_http: true, limits, ..options(&server.url) }).await;
    let found = rules(&examination);
    for rule in ["not-https", "resource-not-https", "issuer-not-https"] {
        assert!(found.contains(&rule), "{found:?}");
    }
}
