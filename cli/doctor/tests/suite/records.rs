//! `--record`: without secrets.

use std::{
    fs,
    sync::{Arc, atomic::AtomicUsize},
};

use mcp_scopes_doctor::{Options, examine};

use crate::{
    server::{Faults, Server},
    support::{OPAQUE_FULL, OPAQUE_LOW, full, low, opaque_options, options, rules, run},
};

#[tokio::test]
async fn records_each_request_without_secrets() {
    for with_sessions in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let faults = Faults { on: vec!["echo", "session in body"], with_sessions, ..Faults::default() };
        let server = Server::start(faults).await;
        let record = folder.path().join("records");
        let examination = run(&Options { record: Some(record.clone()), ..options(&server.url) }).await;
        let files: Vec<_> = fs::read_dir(record).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), examination.requests);
        let mut all = String::new();
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            assert!(text.starts_with("# ") && text.contains("\n---\n"), "{text}");
            all.push_str(&text);
        }
        for secret in [low(), full(), full().rsplit('.').next().unwrap().to_owned(), "7c9e6679".to_owned()] {
            assert!(!all.contains(&secret), "{secret}");
        }
        assert!(all.contains("authorization: [hidden]") && all.contains("www-authenticate: Bearer"), "{all:.300}");
    }
}

/// The query of the address may hold a key.
#[tokio::test]
async fn hides_the_query_of_the_address() {
    const KEY: &str = "sk-0123456789";
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(Faults::default()).await;
    let url = format!("{}?api_key={KEY}&tenant=1", server.url);
    let options = Options { record: Some(folder.path().to_owned()), ..options(&url) };
    let examination = run(&options).await;
    assert!(server.seen().iter().any(|seen| seen.uri.contains(KEY)));
    assert_eq!(examination.url, format!("{}?api_key=[hidden]&tenant=[hidden]", server.url));
    // One finding says which resource is expected.
    assert!(examination.report.findings.iter().any(|finding| finding.rule == "resource-mismatch"));
    assert!(!format!("{examination:?}").contains(KEY), "{examination:#?}");
    for entry in fs::read_dir(folder.path()).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains(KEY), "{text}");
    }
    // The records of two runs would be taken for those of one.
    let error = examine(&options, Arc::new(AtomicUsize::new(0))).await.unwrap_err();
    assert_eq!(error.to_string(), "the folder for records cannot be used: it is not empty");
}

/// As `resource-mismatch` says it. A finding has a place in the document, and shows an excerpt of it.
#[tokio::test]
async fn hides_the_query_that_the_document_repeats() {
    const KEY: &str = "sk-0123456789";
    let server = Server::start(Faults::one("resource as requested")).await;
    let examination = run(&options(&format!("{}?api_key={KEY}", server.url))).await;
    let found = rules(&examination);
    assert!(found.contains(&"resource-query") && !found.contains(&"resource-mismatch"), "{found:?}");
    assert!(!format!("{examination:?}").contains(KEY), "{examination:#?}");
    let published = examination.document.as_ref().unwrap();
    assert!(published.unredacted_text().contains(KEY));
    assert!(!examination.redacted(published.unredacted_text()).contains(KEY));
    // The excerpt is where it was.
    let finding = examination.report.findings.iter().find(|finding| finding.rule == "resource-query").unwrap();
    assert!(examination.report.sources.range(finding.place.as_ref().unwrap()).is_some());
}

/// The server has the tokens of all requests, and can repeat them anywhere.
#[tokio::test]
async fn hides_the_tokens_that_a_server_repeats() {
    let revision = Faults { with_sessions: true, ..Faults::one("token as revision") };
    for faults in [Faults::one("token as tool"), revision] {
        let server = Server::start(faults.clone()).await;
        for options in [options(&server.url), opaque_options(&server.url)] {
            let examination = run(&options).await;
            let shown = format!("{examination:?}");
            assert!(shown.contains("[hidden]"), "{faults:?}");
            for token in [&*low(), &*full(), OPAQUE_LOW, OPAQUE_FULL] {
                assert!(!shown.contains(token), "{faults:?} {examination:#?}");
            }
        }
    }
}

#[tokio::test]
async fn shortens_what_a_server_says_in_notes() {
    let faults = Faults { with_sessions: true, ..Faults::one("long revision") };
    let server = Server::start(faults).await;
    let notes = run(&options(&server.url)).await.notes;
    assert!(notes.iter().any(|note| note.contains("speaks revision 111")), "{notes:?}");
    assert!(notes.iter().all(|note| note.len() < 1_100), "{notes:?}");
}
