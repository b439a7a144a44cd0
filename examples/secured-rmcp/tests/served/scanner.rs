//! `mcp-authlab`, a third-party scanner of MCP authorization, scans the example with and without tokens.
//!
//! It checks revision 2025-06-18 and its RFCs, at the resource server and at the authorization server. `.ci/clients`
//! installs it. The tests are skipped under the same conditions as those of the clients.

use std::{
    collections::BTreeMap,
    env, fs,
    future::pending,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use mcp_scopes_server::Discovery;
use secured_rmcp::{
    TOOLS,
    authorization::{self, Settings},
    notes::Notes,
    serve::{Issuer, routes},
    server::NoteServer,
};
use serde::Deserialize;
use serde_json::Value;
use tokio::{net::TcpListener, task::spawn_blocking};

use crate::{
    clients::{installed, skip},
    program::Served,
};

/// The number of checks in this version.
const CHECKS: usize = 33;

/// Checks that need a token, or a login at the authorization server.
const WITH_TOKEN: [&str; 14] = [
    "ASF-01", "ASF-02", "ASF-03", "ASF-04", "ASF-05", "ASF-06", "ORIG-01", "SCOPE-01", "SESS-01", "SESS-02", "TOK-03",
    "TOK-05", "TOK-06", "VER-01",
];

/// Checks that need a token for another resource, which the authorization server of the program does not issue.
const WITH_FOREIGN_TOKEN: [&str; 2] = ["ASF-03", "TOK-03"];

/// The part of the scanner's JSON report that the tests read.
#[derive(Debug, Deserialize)]
pub(crate) struct Report {
    results: Vec<Check>,
}

#[derive(Debug, Deserialize)]
struct Check {
    id: String,
    /// `pass`, `fail`, `warn`, `skip` or `error`.
    status: String,
    message: String,
    evidence: Value,
}

impl Report {
    /// Returns the checks with a status, and the scanner's messages.
    pub(crate) fn with_status(&self, status: &str) -> BTreeMap<&str, &str> {
        let found = self.results.iter().filter(|check| check.status == status);
        found.map(|check| (&*check.id, &*check.message)).collect()
    }

    /// Asserts that no check fails, and that only the listed ones are skipped.
    fn assert_clean(&self, skipped: &[&str]) {
        for status in ["fail", "error"] {
            assert_eq!(self.with_status(status), BTreeMap::new(), "checks with the status `{status}`");
        }
        let is_skipped: Vec<_> = self.with_status("skip").into_keys().collect();
        assert_eq!(is_skipped, skipped, "{:#?}", self.with_status("skip"));
        // Plain HTTP on a loopback address.
        let warned: Vec<_> = self.with_status("warn").into_keys().collect();
        assert_eq!(warned, ["TLS-01"], "{:#?}", self.with_status("warn"));
        assert!(self.results.len() >= CHECKS, "{} checks", self.results.len());
    }
}

/// The scanner, with a separate token store.
pub(crate) struct Scanner {
    folder: PathBuf,
}

impl Scanner {
    /// `None` if the scanner is not installed and the test may be skipped.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let found = python().args(["-c", "import mcp_authlab"]).output();
        if !found.is_ok_and(|output| output.status.success()) {
            skip("mcp-authlab is missing");
            return None;
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("scanner-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Some(Self { folder })
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = python()
            .args(["-m", "mcp_authlab"])
            .args(arguments)
            .env("MCP_AUTHLAB_TOKENS", self.folder.join("tokens.json"))
            .env_remove("MCP_AUTHLAB_TOKEN")
            .env_remove("MCP_AUTHLAB_FOREIGN_TOKEN")
            .output()
            .unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{out}\n{err}");
        out.into_owned()
    }

    /// Obtains tokens for the resource, and for another one where the authorization server issues them.
    fn log_in(&self, resource: &str, foreign: &str) {
        self.run(&["login", resource, "--no-browser", "--scope", "notes:read", "--foreign-resource", foreign]);
    }

    /// Scans the resource with the tokens that [`log_in`](Self::log_in) has stored, if any.
    fn scan(&self, resource: &str) -> Report {
        self.scan_with(resource, "write_note", &[])
    }

    /// Scans a resource. The tool is one that the token does not open. Otherwise, the check of the step-up challenge passes
    /// without a challenge.
    pub(crate) fn scan_with(&self, resource: &str, tool: &str, more: &[&str]) -> Report {
        let report = self.run(&[&["scan", resource, "--tool", tool, "--format", "json"], more].concat());
        serde_json::from_str(&report).unwrap()
    }
}

impl Drop for Scanner {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

pub(crate) fn python() -> Command {
    Command::new(installed().join("python/bin/python"))
}

/// Asserts that the scanner checked the step-up challenge.
fn assert_challenged(report: &Report) {
    let check = report.results.iter().find(|check| check.id == "SCOPE-01").unwrap();
    assert_eq!(check.evidence["http_status"], 403, "{check:?}");
}

#[test]
fn scanner_without_token_reports_no_failure() {
    let Some(scanner) = Scanner::new("anonymous") else { return };
    let served = Served::start(&[]);
    scanner.scan(&served.resource).assert_clean(&WITH_TOKEN);
}

#[test]
fn scanner_with_token_reports_no_failure() {
    let Some(scanner) = Scanner::new("token") else { return };
    let served = Served::start(&[]);
    scanner.log_in(&served.resource, &served.resource.replace("/mcp", "/other"));
    let report = scanner.scan(&served.resource);
    assert_challenged(&report);
    report.assert_clean(&WITH_FOREIGN_TOKEN);
}

/// The servers run in this process, since the program lets its authorization server issue tokens for one resource only.
#[tokio::test(flavor = "multi_thread")]
async fn scanner_with_token_for_another_resource_reports_no_failure() {
    let Some(scanner) = Scanner::new("foreign") else { return };
    let (notes, tokens) = (listen().await, listen().await);
    let resource = format!("http://{}/mcp", notes.local_addr().unwrap());
    let other = format!("http://{}/other", notes.local_addr().unwrap());
    let name = authorization::issuer(&tokens).unwrap();
    let settings = Settings {
        resources: vec![resource.clone(), other.clone()],
        scopes: TOOLS.scopes().map(str::to_owned).collect(),
        user: "ada".to_owned(),
        trainee: "trainee".to_owned(),
        lifetime: Duration::from_secs(15 * 60),
    };
    tokio::spawn(authorization::serve(tokens, settings, pending()));
    let issuer = Issuer { keys: format!("{name}/jwks.json"), name };
    let routes =
        routes(NoteServer::new(Notes::default()), &resource, &issuer, Discovery::Baseline, None, None).await.unwrap();
    tokio::spawn(async { axum::serve(notes, routes).await });
    let scanning = spawn_blocking(move || {
        scanner.log_in(&resource, &other);
        scanner.scan(&resource)
    });
    let report = scanning.await.unwrap();
    assert_challenged(&report);
    report.assert_clean(&[]);
}

async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}
