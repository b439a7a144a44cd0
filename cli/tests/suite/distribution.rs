//! Distribution: hooks, the action, release archives, and the files that the README shows to copy.
//!
//! Every file is read, every command in it has to parse, and every script is run.

mod action;
mod hooks;
mod readme;
mod release;

use std::{fs, path::Path};

use serde_json::Value;

/// The only definition of the project's address.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");
/// The tag of the release.
const TAG: &str = concat!("v", env!("CARGO_PKG_VERSION"));

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

/// Checks that the program accepts a command line. The line begins with its name or with cargo's.
#[track_caller]
fn assert_accepted(words: &[String]) {
    let rest = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["mcp-scopes", ..] => 1,
        ["cargo", "mcp-scopes", ..] | ["cargo", "run", "--", ..] => words.len().min(2 + usize::from(words[1] == "run")),
        _ => panic!("not a command of this program: {words:?}"),
    };
    let arguments = std::iter::once("mcp-scopes").chain(words[rest..].iter().map(String::as_str));
    // Requests for help or the version are also accepted.
    if let Err(error) = mcp_scopes_cli::command().try_get_matches_from(arguments) {
        assert!(!error.use_stderr(), "{words:?}: {error}");
    }
}

/// Returns the commands of this program in a script, one per line, without redirections and pipes.
fn commands(script: &str) -> Vec<Vec<String>> {
    let ours =
        |line: &&str| ["mcp-scopes ", "cargo mcp-scopes ", "cargo run -- "].iter().any(|it| line.starts_with(it));
    let lines = script.lines().map(str::trim).filter(ours);
    let own = |line: &str| {
        let words = shlex::split(line).unwrap();
        let end = words.iter().position(|word| ["||", "|", ">", ">>", "&&"].contains(&word.as_str()));
        words[..end.unwrap_or(words.len())].to_vec()
    };
    lines.map(own).collect()
}
