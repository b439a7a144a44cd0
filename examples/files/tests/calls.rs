//! Runs the program as a user would.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

fn files(root: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_files")).arg("--root").arg(root).args(words).output().unwrap()
}

fn out(output: &Output) -> &str {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    std::str::from_utf8(&output.stderr).unwrap()
}

/// A served folder, with a file next to it that is not served.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("secret"), "secret").unwrap();
    fs::create_dir_all(folder.path().join("root/sub")).unwrap();
    fs::write(folder.path().join("root/a.txt"), "hello\n").unwrap();
    folder
}

#[test]
fn runs_allowed_calls() {
    let folder = folder();
    let root = folder.path().join("root");
    assert_eq!(out(&files(&root, &["--scope", "health_check list_files", "list_files", "."])), "a.txt\nsub/\n");
    assert_eq!(out(&files(&root, &["--scope", "health_check", "health_check"])), "ok\n");
    assert_eq!(out(&files(&root, &["--scope", "other read_file", "read_file", "a.txt"])), "hello\n");
    let date = files(&root, &["--scope", "execute_command", "execute_command", "date", "sub"]);
    assert!(out(&date).contains("UTC"));
}

#[test]
fn denies_other_calls() {
    let folder = folder();
    let denied = files(folder.path(), &["--scope", "health_check list_files", "execute_command", "date"]);
    assert_eq!(
        err(&denied),
        "denied: tool `execute_command` needs scope `execute_command`, which the token does not hold\n\
         HTTP 403\n\
         WWW-Authenticate: Bearer scope=\"execute_command\", error=\"insufficient_scope\", \
         resource_metadata=\"https://mcp-server.example.com/.well-known/oauth-protected-resource\"\n"
    );
    let anonymous = files(folder.path(), &["list_files", "."]);
    assert!(err(&anonymous).contains("HTTP 401\nWWW-Authenticate: Bearer scope=\"list_files\", resource_metadata="));
    // Neither a prefix of a scope nor the scope of another tool opens a tool, and a denial comes before other errors.
    for scope in ["list", "list_files2", "LIST_FILES", "read_file", ""] {
        assert!(err(&files(folder.path(), &["--scope", scope, "list_files"])).starts_with("denied: "), "{scope}");
    }
    assert!(err(&files(folder.path(), &["--scope", "delete", "delete"])).starts_with("denied: no such tool\nHTTP 403"));
}

#[test]
fn lists_callable_tools() {
    let list = |scope: &str| out(&files(Path::new("."), &["--scope", scope, "--list"])).to_owned();
    assert_eq!(
        list("health_check read_file"),
        "health_check: Check server health status\nread_file: Read a text file\n"
    );
    assert_eq!(list("other"), "");
}

#[test]
fn rejects_commands_and_paths_beyond_the_scope() {
    let folder = folder();
    let root = folder.path().join("root");
    for path in ["../secret", folder.path().join("secret").to_str().unwrap(), "sub/../../secret"] {
        assert!(err(&files(&root, &["--scope", "read_file", "read_file", path])).contains("leads out"), "{path}");
    }
    assert!(err(&files(&root, &["--scope", "list_files", "list_files", ".."])).contains("leads out"));
    let command = files(&root, &["--scope", "execute_command", "execute_command", "rm -rf ."]);
    assert!(err(&command).contains("`rm -rf .` is not an allowed command"));
    let elsewhere = files(&root, &["--scope", "execute_command", "execute_command", "date", "/"]);
    assert!(err(&elsewhere).contains("leads out"));
}

#[cfg(unix)]
#[test]
fn rejects_links_out_of_the_folder() {
    let folder = folder();
    let root = folder.path().join("root");
    std::os::unix::fs::symlink("../secret", root.join("link")).unwrap();
    assert!(err(&files(&root, &["--scope", "read_file", "read_file", "link"])).contains("leads out"));
}

#[test]
fn checks_arguments_against_the_signature() {
    let call = |words: &[&str]| {
        let scope = ["--scope", "list_files execute_command health_check"];
        err(&files(Path::new("."), &[&scope, words].concat())).to_owned()
    };
    assert_eq!(call(&["list_files"]), "tool `list_files` needs `directory`\n");
    assert_eq!(call(&["execute_command"]), "tool `execute_command` needs `command`\n");
    assert_eq!(call(&["health_check", "now"]), "tool `health_check` takes no argument `now`\n");
}

#[test]
fn rejects_malformed_command_lines() {
    for words in [&[][..], &["--scope"], &["--unknown"], &["--list", "--metadata"], &["--metadata", "list_files"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_files")).args(words).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("usage: "));
    }
}

#[test]
fn prints_the_document() {
    let output = files(Path::new("."), &["--metadata"]);
    assert_eq!(out(&output), files::TOOLS.metadata().build().unwrap().to_json_pretty());
}
