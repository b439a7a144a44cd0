//! The program itself, as a person would start it.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
};

/// Both servers on free ports.
pub(crate) struct Served {
    process: Child,
    /// The address of the note server.
    pub(crate) resource: String,
}

impl Served {
    /// Starts them with these arguments.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_secured-rmcp"))
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

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself, which a test has noticed by then.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a program says that does not start.
fn complaint(process: &mut Child) -> String {
    let mut text = String::new();
    process.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    text
}

/// What a browser of a user does who is asked for nothing: it goes to the address and is sent to the client's own.
pub(crate) async fn approve(url: &str) -> String {
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = browser.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 302, "{}", answer.text().await.unwrap());
    answer.headers()["location"].to_str().unwrap().to_owned()
}
