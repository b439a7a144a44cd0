//! What is sent: how much, to whom, and what never.

use std::time::{Duration, Instant};

use mcp_scopes_doctor::{Limits, Options};

use crate::{
    server::{Faults, Seen, Server},
    support::{full, low, options, rules, run},
};

fn called(seen: &[Seen]) -> Vec<String> {
    let calls = seen.iter().filter(|seen| seen.body["method"] == "tools/call");
    calls.map(|seen| seen.body["params"]["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn number_of_requests_does_not_grow_with_tools() {
    let count = async |tools: usize| {
        let server = Server::start(Faults { more_tools: tools, ..Faults::default() }).await;
        let examination = run(&Options { call: false, ..options(&server.url) }).await;
        assert_eq!(rules(&examination), [""; 0], "{:#?}", examination.report.findings);
        assert_eq!(server.seen().len(), examination.requests);
        examination.requests
    };
    let (few, many) = (count(0).await, count(157).await);
    assert_eq!(few, many);
    assert!(many <= 50, "{many} requests");
}

#[tokio::test]
async fn calls_no_tool_unless_told_to() {
    let server = Server::start(Faults { more_tools: 2, ..Faults::default() }).await;
    run(&Options { call: false, ..options(&server.url) }).await;
    assert!(
        called(&server.seen()).iter().all(|tool| tool.starts_with("mcp_scopes_doctor_no")),
        "{:?}",
        called(&server.seen())
    );
    let read = |seen: &Seen| seen.body["params"]["uri"].as_str().map(str::to_owned);
    for uri in server.seen().iter().filter(|seen| seen.body["method"] == "resources/read").map(read) {
        assert_eq!(uri.as_deref(), Some("mcp-scopes-doctor://no-such-resource"));
    }
    let server = Server::start(Faults { more_tools: 2, ..Faults::default() }).await;
    run(&Options { call: false, call_tools: vec!["archive_1".to_owned()], ..options(&server.url) }).await;
    let calls = called(&server.seen());
    assert!(calls.contains(&"archive_1".to_owned()) && !calls.contains(&"list_notes".to_owned()), "{calls:?}");
    // With `--call`, those with a read-only hint.
    let server = Server::start(Faults { more_tools: 2, ..Faults::default() }).await;
    run(&options(&server.url)).await;
    let calls = called(&server.seen());
    assert!(
        calls.contains(&"sync_notes".to_owned()) && !calls.iter().any(|tool| tool.starts_with("archive")),
        "{calls:?}"
    );
}

/// Each method that reads, for names that do not exist.
#[tokio::test]
async fn tries_other_methods_without_a_token_and_with_the_weaker_one() {
    for with_sessions in [false, true] {
        let server = Server::start(Faults { with_sessions, ..Faults::default() }).await;
        run(&Options { call: false, ..options(&server.url) }).await;
        for token in [None, Some(format!("Bearer {}", low()))] {
            let seen = server.seen();
            let sent: Vec<&Seen> = seen
                .iter()
                .filter(|seen| {
                    seen.headers.get("authorization").map(|value| value.to_str().unwrap()) == token.as_deref()
                })
                .collect();
            for (method, member) in [("resources/read", "uri"), ("prompts/get", "name"), ("tasks/get", "taskId")] {
                let found = sent.iter().find(|seen| seen.body["method"] == method);
                let found = found.unwrap_or_else(|| panic!("{method} {token:?}"));
                let name = found.body["params"][member].as_str().unwrap();
                assert!(name.contains("no-such") || name.contains("no_such"), "{name}");
                let header = found.headers.get("mcp-name").map(|value| value.to_str().unwrap());
                assert_eq!(header, (!with_sessions).then_some(name), "{method}");
            }
            // The revision without sessions has no list of tasks.
            assert_eq!(sent.iter().any(|seen| seen.body["method"] == "tasks/list"), with_sessions);
        }
    }
}

#[tokio::test]
async fn sends_given_tokens_in_the_header_only() {
    for with_sessions in [false, true] {
        let server = Server::start(Faults { with_sessions, ..Faults::default() }).await;
        run(&options(&server.url)).await;
        for seen in server.seen() {
            for token in [low(), full()] {
                assert!(!seen.uri.contains(&token) && !seen.body.to_string().contains(&token), "{seen:?}");
            }
            // Only the endpoint gets a token.
            let has_token = seen.headers.contains_key("authorization");
            assert!(!has_token || seen.uri.split('?').next() == Some("/mcp"), "{seen:?}");
        }
    }
}

/// Returns how many sessions were opened, and how many ended.
fn sessions(seen: &[Seen]) -> (usize, usize) {
    let opened = seen.iter().filter(|seen| {
        let token = seen.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        seen.body["method"] == "initialize" && [low(), full()].iter().any(|known| token == format!("Bearer {known}"))
    });
    let ended = seen.iter().filter(|seen| seen.method == "DELETE");
    (opened.count(), ended.count())
}

#[tokio::test]
async fn ends_its_sessions() {
    let server = Server::start(Faults { with_sessions: true, ..Faults::default() }).await;
    run(&options(&server.url)).await;
    let (opened, ended) = sessions(&server.seen());
    assert!(opened > 0 && opened == ended, "{opened} {ended}");
}

/// What was not sent is not judged, and no session stays open.
#[tokio::test]
async fn concludes_nothing_from_what_was_not_sent() {
    for faults in [Faults { fixture: true, ..Faults::default() }, Faults { with_sessions: true, ..Faults::default() }] {
        for max_requests in (1..25).chain((25..71).step_by(5)) {
            let server = Server::start(faults.clone()).await;
            let limits = Limits { max_requests, ..Limits::default() };
            let options = Options { limits, conformance: faults.fixture, ..options(&server.url) };
            let examination = run(&options).await;
            assert_eq!(rules(&examination), [""; 0], "{max_requests} {:#?}", examination.report.findings);
            assert!(examination.requests <= max_requests);
            let (opened, ended) = sessions(&server.seen());
            assert_eq!(opened, ended, "{max_requests}");
        }
    }
}

/// Neither a request nor a token.
#[tokio::test]
async fn sends_nothing_where_the_endpoint_redirects_to() {
    let other = Server::start(Faults::default()).await;
    let faults = Faults { redirect_to: Some(other.url.clone()), ..Faults::default() };
    let server = Server::start(faults).await;
    let examination = run(&options(&server.url)).await;
    assert_eq!(rules(&examination), ["endpoint-redirect"]);
    assert_eq!(other.seen().len(), 0);
}

#[tokio::test]
async fn stops_at_the_bound() {
    let server = Server::start(Faults::default()).await;
    let limits = Limits { max_requests: 12, ..Limits::default() };
    let examination = run(&Options { limits, ..options(&server.url) }).await;
    assert_eq!((examination.requests, server.seen().len()), (12, 12));
    assert!(
        examination.skipped.iter().any(|skipped| skipped.why.contains("bound of 12 requests")),
        "{:?}",
        examination.skipped
    );
    // What was not sent is not judged.
    assert_eq!(rules(&examination), [""; 0], "{:#?}", examination.report.findings);
}

#[tokio::test]
async fn keeps_to_the_rate() {
    let server = Server::start(Faults::default()).await;
    let limits = Limits { rate: Some(100.0), max_requests: 11, ..Limits::default() };
    let begin = Instant::now();
    run(&Options { limits, ..options(&server.url) }).await;
    assert!(begin.elapsed() >= Duration::from_millis(100), "{:?}", begin.elapsed());
}
