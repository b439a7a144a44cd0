//! Servers of the official Python SDK, sound and with one fault each. The doctor finds each fault by exactly its rule, beside what it finds at the sound
//! server, which is how the SDK answers.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
    sync::{Arc, atomic::AtomicUsize},
};

use mcp_scopes_doctor::{Options, Token, Tokens, run};

use crate::{
    clients::{SCRIPTS, skip},
    scanner::python,
};

/// What version 2.3.0 does, whatever a server is made of.
const OF_SDK: [&str; 4] =
    ["challenge-error-without-token", "challenge-without-scope", "endpoint-preflight", "missing-resource-name"];

/// A server, as a process.
struct Server {
    process: Child,
    resource: String,
}

impl Server {
    /// `None` after a message if the SDK is not installed and the test may be skipped.
    fn start(fault: &str) -> Option<Self> {
        let found = python().args(["-c", "import mcp.server"]).output();
        if !found.is_ok_and(|output| output.status.success()) {
            skip("the Python SDK is missing");
            return None;
        }
        let script = format!("{SCRIPTS}/python/server.py");
        let mut process = python().args([&*script, fault]).stdout(Stdio::piped()).spawn().unwrap();
        let mut resource = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut resource).unwrap();
        assert!(resource.starts_with("http://127.0.0.1:"), "`{fault}`: {resource}");
        Some(Self { process, resource: resource.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn finds_the_faults_of_servers_on_the_python_sdk() {
    let token = |text| Some(Token::parse(text).unwrap());
    for (fault, rule) in [
        ("", None),
        ("any-audience", Some("accepts-foreign-token")),
        ("no-expiry", Some("accepts-expired-token")),
        ("scope-in-tool", Some("scope-refusal-status")),
    ] {
        let Some(server) = Server::start(fault) else { return };
        let tokens = Tokens {
            low: token("low-token"),
            full: token("full-token"),
            expired: token("expired-token"),
            foreign: token("foreign-token"),
        };
        let options = Options { tokens, call: true, ..Options::new(&server.resource) };
        let report = run(&options, Arc::new(AtomicUsize::new(0))).unwrap().report;
        let mut found: Vec<&str> = report.findings.iter().map(|finding| finding.rule).collect();
        let mut expected: Vec<&str> = OF_SDK.into_iter().chain(rule).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "`{fault}`: {:#?}", report.findings);
    }
}
