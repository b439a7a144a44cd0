//! Sound servers, on which nothing is found.

use std::{
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};

use mcp_scopes_doctor::{Limits, Options, Tokens, examine};

use crate::{
    server::{Faults, Server},
    support::{examined, opaque_options, options, rules, run},
};

#[tokio::test]
async fn finds_nothing_on_sound_servers() {
    for faults in [
        Faults::default(),
        Faults { with_events: true, ..Faults::default() },
        Faults { with_events: true, ..Faults::one("logs") },
        Faults { with_sessions: true, ..Faults::default() },
        Faults::one("limits bursts"),
        Faults { with_sessions: true, with_events: true, ..Faults::default() },
        Faults { filtered: true, ..Faults::default() },
        Faults { more_tools: 7, page_size: 3, ..Faults::default() },
        Faults { local_pages_only: true, ..Faults::default() },
    ] {
        let examination = examined(faults.clone()).await;
        assert_eq!(rules(&examination), [""; 0], "{faults:?} {:#?}", examination.report.findings);
        assert_eq!(examination.skipped, [], "{faults:?}");
    }
}

#[tokio::test]
async fn lists_what_it_could_not_check() {
    let server = Server::start(Faults::default()).await;
    let examination = run(&Options::new(&server.url)).await;
    assert_eq!(rules(&examination), [""; 0], "{:#?}", examination.report.findings);
    let skipped: Vec<&str> = examination.skipped.iter().map(|skipped| skipped.what.as_str()).collect();
    assert_eq!(
        skipped,
        [
            "what the token `full` opens",
            "what the token `low` opens",
            "an expired token",
            "a token for another server",
            "calls of tools"
        ]
    );
}

#[tokio::test]
async fn notes_what_is_legal() {
    let server = Server::start(Faults::default()).await;
    let examination = run(&options(&server.url)).await;
    let notes = examination.notes.join("\n");
    assert!(notes.contains("hosts the authorization server"), "{notes}");
    assert!(notes.contains("the token `foreign` was sent to this server"), "{notes}");
    assert!(notes.contains("with the token `full` speaks revision 2026-07-28 and lists 3 tools"), "{notes}");
    let sessions = Server::start(Faults { with_sessions: true, ..Faults::default() }).await;
    let tokens = Tokens { full: None, ..options("").tokens };
    let examination = run(&Options { tokens, ..options(&sessions.url) }).await;
    assert!(examination.notes.iter().any(|note| note.contains("2025-11-25")), "{:?}", examination.notes);
}

/// What an opaque token opens is not known, so nothing is concluded from it.
#[tokio::test]
async fn concludes_nothing_from_opaque_tokens() {
    // The scope of the token `low` is demanded by everything.
    let server = Server::start(Faults::one("idle scope")).await;
    let examination = run(&opaque_options(&server.url)).await;
    assert_eq!(rules(&examination), [""; 0]);
    let unknown = "what the token `low` opens without the scope, and challenges for scopes that it has";
    assert_eq!(examination.skipped.iter().map(|skipped| skipped.what.as_str()).collect::<Vec<_>>(), [unknown]);

    let shared = Faults { with_sessions: true, ..Faults::one("shared session") };
    let server = Server::start(shared).await;
    let examination = run(&opaque_options(&server.url)).await;
    assert_eq!(rules(&examination), [""; 0]);
    let skipped: Vec<&str> = examination.skipped.iter().map(|skipped| skipped.what.as_str()).collect();
    assert_eq!(skipped, [unknown, "whether the session of a user can be used by another"]);
}

/// A server without authorization has no metadata to miss.
#[tokio::test]
async fn reports_a_server_without_authorization_once() {
    let server = Server::start(Faults { on: vec!["open", "no metadata"], ..Faults::default() }).await;
    assert_eq!(rules(&run(&Options::new(&server.url)).await), ["anonymous-access"]);
}

#[tokio::test]
async fn a_tool_may_take_its_time() {
    let server = Server::start(Faults { endless_tool: Some("read_note"), ..Faults::default() }).await;
    let limits = Limits { timeout: Duration::from_secs(3), ..Limits::default() };
    let tokens = Tokens { low: None, ..options("").tokens };
    let examination = run(&Options { limits, tokens, ..options(&server.url) }).await;
    assert_eq!(rules(&examination), [""; 0], "{:#?}", examination.report.findings);
    let skipped: Vec<&str> = examination.skipped.iter().map(|skipped| skipped.what.as_str()).collect();
    assert_eq!(skipped, ["what the token `low` opens", "calls with the token `full` of `read_note`"]);
}

#[tokio::test]
async fn slow_tools_do_not_end_the_run() {
    let server = Server::start(Faults::one("endless tools")).await;
    let limits = Limits { timeout: Duration::from_secs(2), ..Limits::default() };
    let tokens = Tokens { low: None, ..options("").tokens };
    let examination = run(&Options { limits, tokens, ..options(&server.url) }).await;
    assert_eq!(rules(&examination), [""; 0], "{:#?}", examination.report.findings);
    let skipped: Vec<&str> = examination.skipped.iter().map(|skipped| skipped.what.as_str()).collect();
    let calls = "calls with the token `full` of `list_notes`, `read_note` and `sync_notes`";
    assert_eq!(skipped, ["what the token `low` opens", calls]);
    assert_eq!(server.seen().last().unwrap().body["method"], "tools/list", "the list after all calls");
}

/// Wherever the limit is reached, nothing follows from the refusals.
#[tokio::test]
async fn concludes_nothing_from_a_limit_of_requests() {
    for with_sessions in [false, true] {
        for answers in (1..25).chain((25..56).step_by(5)) {
            let faults = Faults { answers: Some(answers), with_sessions, ..Faults::default() };
            let examination = examined(faults).await;
            assert_eq!(rules(&examination), [""; 0], "{answers} {:#?}", examination.report.findings);
            let limited = examination.skipped.iter().filter(|skipped| skipped.why.contains("limits requests"));
            assert_eq!(limited.count(), 1, "{answers} {:#?}", examination.skipped);
        }
    }
    let server = Server::start(Faults { answers: Some(0), ..Faults::default() }).await;
    let error = examine(&options(&server.url), Arc::new(AtomicUsize::new(0))).await.unwrap_err();
    assert!(error.to_string().starts_with("the server limits requests"), "{error}");
}

/// The weaker token is valid, and lacks a scope that everything needs.
#[tokio::test]
async fn accepts_a_server_that_demands_a_scope_for_everything() {
    let examination = examined(Faults { gated: true, ..Faults::default() }).await;
    assert_eq!(rules(&examination), [""; 0], "{:#?}", examination.report.findings);
    let skipped: Vec<&str> = examination.skipped.iter().map(|skipped| skipped.what.as_str()).collect();
    assert_eq!(skipped, ["what the token `low` opens"]);
}

/// The doctor has no key to prove.
#[tokio::test]
async fn blames_no_token_that_needs_a_proof() {
    let faults = Faults { on: vec!["DPoP required", "refuses low", "refuses full"], ..Faults::default() };
    let examination = examined(faults).await;
    assert_eq!(rules(&examination), [""; 0], "{:#?}", examination.report.findings);
    let skipped: Vec<&str> = examination.skipped.iter().map(|skipped| skipped.what.as_str()).collect();
    assert_eq!(skipped, ["what the given tokens open, and why the others are refused"]);
}
