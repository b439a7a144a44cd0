//! Sound servers, on which nothing is found.

use mcp_scopes_doctor::{Options, Tokens};

use crate::{
    server::{Faults, Server},
    support::{examined, options, rules, run},
};

#[tokio::test]
async fn finds_nothing_on_sound_servers() {
    for faults in [
        Faults::default(),
        Faults { with_events: true, ..Faults::default() },
        Faults { with_sessions: true, ..Faults::default() },
        Faults { with_sessions: true, with_events: true, ..Faults::default() },
        Faults { filtered: true, ..Faults::default() },
        Faults { more_tools: 7, page_size: 3, ..Faults::default() },
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
    assert!(notes.contains("with the token `full` speaks revision 2026-07-28 and lists 3 tools"), "{notes}");
    let sessions = Server::start(Faults { with_sessions: true, ..Faults::default() }).await;
    let tokens = Tokens { full: None, ..options("").tokens };
    let examination = run(&Options { tokens, ..options(&sessions.url) }).await;
    assert!(examination.notes.iter().any(|note| note.contains("2025-11-25")), "{:?}", examination.notes);
}
