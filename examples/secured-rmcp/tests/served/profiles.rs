//! The broken servers that `mcp-authlab fixture` serves: the doctor finds at least what the scanner finds.
//!
//! The scanner's checks of logins (`ASF-..`) are not compared: the doctor registers no client and starts no login.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
    sync::{Arc, atomic::AtomicUsize},
};

use mcp_scopes_doctor::{Options, Token, Tokens, run};

use crate::scanner::{Scanner, python};

/// The profiles of this version.
const PROFILES: [&str; 7] = ["reference", "legacy", "weak-as", "passthrough", "sloppy", "open", "mismatch"];

/// What the scanner finds in all profiles together.
const FOUND: [&str; 19] = [
    "ASM-03", "ASM-04", "ASM-05", "ASM-06", "CHAL-01", "CHAL-02", "CHAL-03", "ORIG-01", "PRM-01", "PRM-02", "PRM-05",
    "SCOPE-01", "SESS-01", "SESS-02", "TOK-02", "TOK-03", "TOK-04", "TOK-05", "VER-01",
];

/// Returns the rules of the doctor that report what a check of the scanner reports.
fn rules(check: &str) -> &'static [&'static str] {
    match check {
        "ASM-01" => &["issuer-unreachable", "issuer-incomplete"],
        "ASM-02" => &["issuer-differs"],
        "ASM-03" => &["issuer-endpoint-not-https"],
        "ASM-04" => &["issuer-without-pkce"],
        "ASM-05" => &["issuer-without-registration"],
        "ASM-06" => &["issuer-without-iss"],
        "CHAL-01" => &["anonymous-access", "anonymous-status"],
        "CHAL-02" => &["challenge-missing", "challenge-without-metadata", "challenge-metadata-address"],
        "CHAL-03" => &["challenge-without-scope"],
        "ORIG-01" => &["foreign-origin"],
        "PRM-01" => &["metadata-missing", "metadata-not-well-known"],
        "PRM-02" => &["resource-mismatch"],
        "PRM-03" => &["missing-authorization-server"],
        "PRM-04" => &["challenge-metadata-unreachable", "metadata-differs"],
        "PRM-05" => &["wildcard-scope"],
        "PRM-06" => &["bearer-not-in-header"],
        "SCOPE-01" => &["scope-challenge-missing", "scope-challenge-error", "scope-challenge-scope"],
        "SESS-01" => &["session-without-token"],
        "SESS-02" => &["weak-session-id"],
        "TOK-01" => &["accepts-malformed-token", "invalid-token-status"],
        "TOK-02" => &["accepts-unsigned-token"],
        "TOK-03" => &["accepts-foreign-token"],
        "TOK-04" => &["invalid-token-error", "challenge-missing"],
        "TOK-05" => &["reads-query-token"],
        "TOK-06" => &["rejects-given-token"],
        "VER-01" => &["unknown-revision"],
        _ => &[],
    }
}

/// A profile, served by a process.
struct Profile {
    process: Child,
    resource: String,
}

impl Profile {
    fn start(name: &str) -> Self {
        let mut process = python()
            .args(["-u", "-m", "mcp_authlab", "fixture", "--port", "0", "--auto-consent", "--profile", name])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // To the last line that it prints, since it ends if it cannot write.
        let lines = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
        let text: String = lines.take_while(|line| !line.contains("foreign token")).map(|line| line + "\n").collect();
        let resource = text.lines().find_map(|line| line.trim().strip_prefix("MCP endpoint"));
        let resource = resource.unwrap_or_else(|| panic!("`{name}` does not start: {text}")).trim().to_owned();
        Self { process, resource }
    }

    /// Returns a token for a scope, or for another resource.
    async fn token(&self, parameters: &[(&str, &str)]) -> String {
        let url = self.resource.replace("/mcp", "/dev/token");
        let url = url::Url::parse_with_params(&url, parameters).unwrap();
        reqwest::get(url).await.unwrap().text().await.unwrap()
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_what_the_scanner_finds() {
    let Some(scanner) = Scanner::new("profiles") else { return };
    let (mut found, mut missed) = (Vec::new(), Vec::new());
    for name in PROFILES {
        let profile = Profile::start(name);
        let low = profile.token(&[("scope", "mcp:tools")]).await;
        let full = profile.token(&[("scope", "mcp:tools mcp:resources mcp:admin")]).await;
        let foreign = profile.token(&[("aud", "https://other.example/mcp")]).await;
        let more = ["--no-login", "--token", &low, "--foreign-token", &foreign];
        let report = scanner.scan_with(&profile.resource, "list_secrets", &more);
        let token = |text: &str| Some(Token::parse(text).unwrap());
        let tokens = Tokens { low: token(&low), full: token(&full), foreign: token(&foreign), expired: None };
        let options = Options { tokens, call: true, ..Options::new(&profile.resource) };
        let examination =
            tokio::task::spawn_blocking(move || run(&options, Arc::new(AtomicUsize::new(0)))).await.unwrap().unwrap();
        let reported: Vec<&str> = examination.report.findings.iter().map(|finding| finding.rule).collect();
        let checks = ["fail", "warn", "error"].map(|status| report.with_status(status)).into_iter().flatten();
        // Plain http on loopback is fine for both.
        for (check, message) in checks.filter(|(check, _)| *check != "TLS-01") {
            if !rules(check).iter().any(|rule| reported.contains(rule)) {
                missed.push(format!("{name}: {check} ({message}), but {reported:?}"));
            }
            found.push(check.to_owned());
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
    found.sort();
    found.dedup();
    assert_eq!(found, FOUND);
}
