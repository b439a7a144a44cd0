//! Servers of the official Python and TypeScript SDKs, sound and with one fault each. The doctor finds each fault by exactly its rule, beside what it
//! finds at the sound server, which is how the SDK answers.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, atomic::AtomicUsize},
};

use mcp_scopes_doctor::{Options, Token, Tokens, run};

use crate::clients::{python, skip, typescript};

/// A server, as a process.
struct Server {
    process: Child,
    resource: String,
}

impl Server {
    fn start(mut command: Command, fault: &str) -> Self {
        let mut process = command.arg(fault).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut resource = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut resource).unwrap();
        assert!(resource.starts_with("http://127.0.0.1:"), "`{fault}`: {resource}");
        Self { process, resource: resource.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A Node.js that comes from PyPI is the child of a Python that is killed here. It ends with its input.
        drop(self.process.stdin.take());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Examines a server for each fault. `of_sdk` is found whatever a server is made of.
fn finds(script: impl Fn() -> Result<Command, &'static str>, of_sdk: &[&'static str], faults: &[(&str, &'static str)]) {
    let token = |text| Some(Token::parse(text).unwrap());
    for (fault, rule) in [("", None)].into_iter().chain(faults.iter().map(|(fault, rule)| (*fault, Some(*rule)))) {
        let server = match script() {
            Ok(command) => Server::start(command, fault),
            Err(missing) => return skip(missing),
        };
        let tokens = Tokens {
            low: token("low-token"),
            full: token("full-token"),
            expired: token("expired-token"),
            foreign: token("foreign-token"),
        };
        let options = Options { tokens, call: true, ..Options::new(&server.resource) };
        let report = run(&options, Arc::new(AtomicUsize::new(0))).unwrap().report;
        let mut found: Vec<&str> = report.findings.iter().map(|finding| finding.rule).collect();
        let mut expected: Vec<&str> = of_sdk.iter().copied().chain(rule).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "`{fault}`: {:#?}", report.findings);
    }
}

/// Version 2.3.0.
#[test]
fn finds_the_faults_of_servers_on_the_python_sdk() {
    let of_sdk =
        ["challenge-error-without-token", "challenge-without-scope", "endpoint-preflight", "missing-resource-name"];
    let faults = [
        ("any-audience", "accepts-foreign-token"),
        ("no-expiry", "accepts-expired-token"),
        ("scope-in-tool", "scope-refusal-status"),
    ];
    finds(|| python("server.py"), &of_sdk, &faults);
}

/// Version 2.4.0.
#[test]
fn finds_the_faults_of_servers_on_the_typescript_sdk() {
    let of_sdk = ["challenge-error-without-token", "metadata-cache"];
    let faults = [
        ("any-audience", "accepts-foreign-token"),
        ("no-expiry", "accepts-expired-token"),
        ("any-origin", "foreign-origin"),
        ("scope-in-tool", "scope-refusal-status"),
    ];
    finds(|| typescript("server.mjs"), &of_sdk, &faults);
}
