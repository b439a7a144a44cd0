//! `--record`: without secrets.

use std::{
    fs,
    sync::{Arc, atomic::AtomicUsize},
};

use mcp_scopes_doctor::{Options, examine};

use crate::{
    server::{Faults, Server},
    support::{full, low, options, run},
};

#[tokio::test]
async fn records_each_request_without_secrets() {
    for with_sessions in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(Faults { with_sessions, ..Faults::one("echo") }).await;
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
