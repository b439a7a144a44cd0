//! `--record`: without secrets.

use std::fs;

use mcp_scopes_doctor::Options;

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
