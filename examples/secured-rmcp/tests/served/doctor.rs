//! `mcp-scopes doctor` examines the example, and the broken servers that `mcp-authlab` brings.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, atomic::AtomicUsize},
};

use mcp_scopes_doctor::{Examination, Options, Token, Tokens, examine};

use crate::{
    authorization::Asking,
    clients::{installed, skip},
};

async fn run(options: &Options) -> Examination {
    examine(options, Arc::new(AtomicUsize::new(0))).await.unwrap()
}

fn rules(examination: &Examination) -> BTreeSet<&'static str> {
    examination.report.findings.iter().map(|finding| finding.rule).collect()
}

fn token(text: &str) -> Option<Token> {
    Some(Token::parse(text).unwrap())
}

#[tokio::test]
async fn doctor_finds_nothing_on_the_example() {
    for mode in ["baseline", "filtered"] {
        let asking = Asking::start_with(&["--discovery", mode]).await;
        let client = asking.client().await;
        let granted = async |scope: &str| {
            let answer = asking.exchanged(&client, &[("scope", scope)]).await;
            answer["access_token"].as_str().unwrap().to_owned()
        };
        let (low, full) = (granted("notes:read").await, granted("notes:read notes:write notes:admin").await);
        let tokens = Tokens { low: token(&low), full: token(&full), ..Tokens::default() };
        let call_tools = ["count_notes", "list_notes", "write_note", "delete_note"].map(str::to_owned).to_vec();
        let examination = run(&Options { tokens, call_tools, ..Options::new(&asking.served.resource) }).await;
        assert_eq!(rules(&examination), BTreeSet::new(), "{mode}: {:#?}", examination.report.findings);
    }
}

/// The checks of the scanner that look at a server, and the rules that report the same. The checks `ASF-*` log in at the authorization
/// server, which the doctor does not.
const SAME: [(&str, &[&str]); 19] = [
    ("CHAL-01", &["anonymous-access", "anonymous-status"]),
    ("CHAL-02", &["challenge-missing", "challenge-without-metadata"]),
    ("CHAL-03", &["challenge-without-scope"]),
    ("PRM-01", &["metadata-missing", "metadata-not-well-known"]),
    ("PRM-02", &["resource-mismatch"]),
    ("PRM-05", &["wildcard-scope"]),
    ("ASM-03", &["issuer-endpoint-not-https"]),
    ("ASM-04", &["issuer-without-pkce"]),
    ("ASM-05", &["issuer-without-registration"]),
    ("ASM-06", &["issuer-without-iss"]),
    ("TOK-02", &["accepts-unsigned-token"]),
    ("TOK-03", &["accepts-foreign-token"]),
    // Without any challenge there is none to carry the error.
    ("TOK-04", &["invalid-token-error", "challenge-missing"]),
    ("TOK-05", &["reads-query-token"]),
    ("SCOPE-01", &["scope-challenge-missing"]),
    ("SESS-01", &["session-without-token"]),
    ("SESS-02", &["weak-session-id"]),
    ("ORIG-01", &["foreign-origin"]),
    ("VER-01", &["unknown-revision"]),
];

/// What an invalid token in the query string cannot show: this server reads it, and answers as it does without a token.
const NOT_SEEN: [(&str, &str); 1] = [("sloppy", "TOK-05")];

/// A server of the scanner.
struct Fixture {
    process: Child,
    url: String,
}

impl Fixture {
    fn start(arguments: &[&str]) -> Self {
        let mut process = python()
            .args(["-u", "-m", "mcp_authlab", "fixture", "--port", "0"])
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines().map(Result::unwrap);
        let mut endpoints =
            lines.filter_map(|line| line.trim().strip_prefix("MCP endpoint").map(|url| url.trim().to_owned()));
        let url = endpoints.next().unwrap();
        Self { process, url }
    }

    /// Returns a token for this audience with these scopes.
    async fn token(&self, query: &str) -> Option<Token> {
        let url = self.url.replace("/mcp", &format!("/dev/token{query}"));
        token(&reqwest::get(url).await.unwrap().text().await.unwrap())
    }

    async fn examined(&self) -> Examination {
        let tokens = Tokens {
            low: self.token("?scope=mcp:tools").await,
            full: self.token("?scope=mcp:tools%20mcp:admin").await,
            foreign: self.token("?aud=https://other.example/mcp").await,
            expired: None,
        };
        run(&Options { tokens, call: true, ..Options::new(&self.url) }).await
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        // The process may have exited.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn python() -> Command {
    Command::new(installed().join("python/bin/python"))
}

/// Where the scanner finds something, the doctor does, too.
#[tokio::test]
async fn doctor_finds_what_the_scanner_finds() {
    let script = "import json; from mcp_authlab.fixture import EXPECTED_FAILURES as e; print(json.dumps({k: sorted(v) for k, v in e.items()}))";
    let output = python().args(["-c", script]).output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        skip("mcp-authlab is missing");
        return;
    };
    let expected: BTreeMap<String, Vec<String>> = serde_json::from_slice(&output.stdout).unwrap();
    assert!(expected.len() >= 7, "{expected:?}");
    for (profile, checks) in &expected {
        let examination = Fixture::start(&["--profile", profile]).examined().await;
        let found = rules(&examination);
        for check in checks.iter().filter(|check| !check.starts_with("ASF-")) {
            let (_, same) = SAME.iter().find(|(known, _)| known == check).unwrap_or_else(|| panic!("{check} is new"));
            let is_found = same.iter().any(|rule| found.contains(rule));
            let is_seen = !NOT_SEEN.contains(&(profile.as_str(), check.as_str()));
            assert_eq!(is_found, is_seen, "{profile}: {check} {same:?} {:#?}", examination.report.findings);
        }
        if profile == "reference" {
            assert!(!examination.report.has_errors(), "{:#?}", examination.report.findings);
        }
    }
    let found = rules(&Fixture::start(&["--flag", "query_tokens"]).examined().await);
    assert!(found.contains("reads-query-token"), "{found:?}");
}
