//! Sound servers, on which nothing is found.

use std::{
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};

use mcp_scopes_doctor::{Examination, Limits, Options, Tokens, examine};

use crate::{
    server::{Faults, Server},
    support::{SHORT_FULL, SHORT_LOW, examined, opaque_options, options, options_with, rules, run},
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
        Faults::one("root redirects"),
        Faults { with_sessions: true, ..Faults::one("open initialize") },
        Faults { with_sessions: true, ..Faults::one("discovery needs a scope") },
        Faults::one("policy"),
        Faults::one("login for calls"),
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
            "headers that differ from the body, batches, origins, revisions and sessions",
            "calls of tools"
        ]
    );
    let server = Server::start(Faults { with_sessions: true, ..Faults::one("open initialize") }).await;
    assert_eq!(rules(&run(&Options::new(&server.url)).await), [""; 0]);
}

fn skipped(examination: &Examination) -> Vec<(&str, &str)> {
    examination.skipped.iter().map(|skipped| (skipped.what.as_str(), skipped.why.as_str())).collect()
}

#[tokio::test]
async fn lists_calls_that_are_allowed_and_not_possible() {
    let server = Server::start(Faults { more_tools: 2, ..Faults::default() }).await;
    let call_tools = vec!["archve_1".to_owned(), "send".to_owned(), "archive_0".to_owned()];
    let examination = run(&Options { call_tools, ..options(&server.url) }).await;
    let expected = [
        ("a call of `archve_1`", "no token lists it; did you mean `archive_1`?"),
        ("a call of `send`", "no token lists it"),
    ];
    assert_eq!(skipped(&examination), expected);

    let server = Server::start(Faults { more_tools: 2, ..Faults::one("no hints") }).await;
    let examination = run(&options(&server.url)).await;
    let why = "none has a read-only hint; name them with `--call-tool NAME`";
    assert_eq!(skipped(&examination), [("calls of tools", why)]);
    // Without a valid token.
    let examination = run(&Options { call: true, ..Options::new(&server.url) }).await;
    assert!(skipped(&examination).contains(&("calls of tools", "no request is answered with a result")));
}

/// Nothing says which scopes the tools need.
#[tokio::test]
async fn says_that_calls_are_not_judged_without_scopes_in_the_metadata() {
    for (on, may_call, found) in [
        (vec!["no extensions"], "can call `list_notes`; check", &[][..]),
        // Without a challenge, nothing demands the scope of a tool.
        (
            vec!["no extensions", "no check"],
            "can call `list_notes`, `read_note` and `sync_notes`; check",
            &["scope-never-demanded"],
        ),
    ] {
        let server = Server::start(Faults { on, ..Faults::default() }).await;
        let examination = run(&options(&server.url)).await;
        assert_eq!(rules(&examination), found, "{:#?}", examination.report.findings);
        let [(what, why)] = skipped(&examination)[..] else { panic!("{:?}", examination.skipped) };
        assert!(what.starts_with("whether the token `low` lacks scopes of `list_notes`, "), "{what}");
        assert_eq!(why, "`mcp_extensions` in the metadata does not say which scopes the tools need");
        assert!(examination.notes.iter().any(|note| note.contains(may_call)), "{:?}", examination.notes);
    }
}

/// Resources demand a scope, too.
#[tokio::test]
async fn counts_scopes_of_resources_as_demanded() {
    let examination = examined(Faults::one("scope for resources")).await;
    assert_eq!(rules(&examination), [""; 0], "{:#?}", examination.report.findings);
}

/// A list that a token cannot read hides nothing.
#[tokio::test]
async fn accepts_a_list_that_needs_a_scope() {
    let examination = examined(Faults::one("list needs a scope")).await;
    assert_eq!(rules(&examination), [""; 0], "{:#?}", examination.report.findings);
    let what = "the whole list of tools with the token `low`, and its order and changes";
    assert_eq!(skipped(&examination), [(what, "`tools/list` is not answered")]);
}

/// The revision has batches, and no header for itself.
#[tokio::test]
async fn accepts_what_an_early_revision_demands() {
    let on = vec!["batches", "any revision"];
    let faults = Faults { on, with_sessions: true, revision: Some("2025-03-26"), ..Faults::default() };
    assert_eq!(rules(&examined(faults).await), [""; 0]);
}

/// The words `notes` and `list` are in each answer.
#[tokio::test]
async fn searches_for_no_short_token() {
    let server = Server::start(Faults::default()).await;
    let examination = run(&options_with(&server.url, SHORT_LOW, SHORT_FULL)).await;
    assert_eq!(rules(&examination), [""; 0], "{:#?}", examination.report.findings);
}

/// A step in CI starts the server just before.
#[tokio::test]
async fn waits_for_the_server() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("http://{address}/mcp");
    let starting = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        Server::serve(tokio::net::TcpListener::bind(address).await.unwrap(), "127.0.0.1", Faults::default())
    });
    let limits = Limits { wait: Duration::from_secs(60), ..Limits::default() };
    let examination = run(&Options { limits, ..options(&url) }).await;
    assert_eq!(rules(&examination), [""; 0], "{:#?}", examination.report.findings);
    // The first request, which had no connection, is counted.
    assert_eq!(examination.requests, starting.await.unwrap().seen().len() + 1);
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
    let found: Vec<&str> = skipped(&examination).into_iter().map(|(what, _)| what).collect();
    assert_eq!(found[0], unknown);
    assert!(found[1].starts_with("whether the token `low` lacks scopes of") && found.len() == 2, "{found:?}");

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
    for code in ["invalid_token", "invalid_dpop_proof"] {
        let faults = Faults { on: vec!["DPoP required", "refuses low", "refuses full", code], ..Faults::default() };
        let examination = examined(faults).await;
        assert_eq!(rules(&examination), [""; 0], "{:#?}", examination.report.findings);
        let expected = [
            (
                "headers that differ from the body, batches, origins, revisions and sessions",
                "the given tokens open nothing",
            ),
            ("calls of tools", "no request is answered with a result"),
        ];
        assert_eq!(skipped(&examination)[..2], expected);
        let [.., (last, _)] = skipped(&examination)[..] else { panic!("{:?}", examination.skipped) };
        assert_eq!(last, "what the given tokens open, and why the others are refused");
    }
}
