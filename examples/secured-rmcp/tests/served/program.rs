//! The program, started from the command line.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
};

/// The algorithms of DPoP proofs in challenges.
const ALGORITHMS: &str = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 EdDSA";

/// Both servers on free ports.
pub(crate) struct Served {
    process: Child,
    /// The URL of the note server.
    pub(crate) resource: String,
}

impl Served {
    /// Starts both with these arguments.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_part(&[], arguments)
    }

    /// Starts the fixture of the official suite in place of the note server.
    pub(crate) fn fixture() -> Self {
        Self::start_part(&["conformance"], &[])
    }

    fn start_part(part: &[&str], arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_secured-rmcp"))
            .args(part)
            .args(["--address", "127.0.0.1:0", "--authorization-address", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut resource = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut resource).unwrap();
        assert!(resource.starts_with("http://127.0.0.1:"), "{resource}{}", complaint(&mut process));
        Self { process, resource: resource.trim().to_owned() }
    }
}

/// Returns the challenges of a 401 that asks for `notes:read`, of a server that also accepts bound tokens.
pub(crate) fn both_challenges(resource: &str) -> [String; 2] {
    let document = resource.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
    [
        format!("Bearer scope=\"notes:read\", resource_metadata=\"{document}\""),
        format!("DPoP scope=\"notes:read\", algs=\"{ALGORITHMS}\", resource_metadata=\"{document}\""),
    ]
}

impl Drop for Served {
    fn drop(&mut self) {
        // The process may have exited, which the test has noticed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns the output of a program that does not start.
fn complaint(process: &mut Child) -> String {
    let mut text = String::new();
    process.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Acts as a browser without user interaction: requests the URL and follows the redirect to the client.
pub(crate) async fn approve(url: &str) -> String {
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = browser.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 302, "{}", answer.text().await.unwrap());
    answer.headers()["location"].to_str().unwrap().to_owned()
}
