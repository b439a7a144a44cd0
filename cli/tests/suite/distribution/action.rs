//! Runs the scripts of `action.yml` as a runner would.
#![cfg(unix)]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

use super::{assert_accepted, commands, root, text, yaml};

fn action() -> Value {
    yaml(&text("action.yml"))
}

fn step(name: &str) -> Value {
    let action = action();
    let steps = action["runs"]["steps"].as_array().unwrap();
    steps.iter().find(|step| step["name"] == name).unwrap_or_else(|| panic!("no step {name}")).clone()
}

/// Creates a repository with a server and its lock file. The name of its tool suggests more risk than it states.
fn server(folder: &Path) {
    let write = |file: &str, text: &str| {
        fs::create_dir_all(folder.join(file).parent().unwrap()).unwrap();
        fs::write(folder.join(file), text).unwrap();
    };
    write("server/Cargo.toml", "[package]\nname = \"server\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    write(
        "server/mcp-scopes.toml",
        "[server]\nresource = \"https://a.example.com/mcp\"\nauthorization_servers = [\"https://auth.example.com\"]\n",
    );
    write("server/src/main.rs", SOURCE);
    let output = Command::new(env!("CARGO_BIN_EXE_mcp-scopes")).args(["lock", "server"]).current_dir(folder).output();
    assert!(output.unwrap().status.success());
    for arguments in [&["init", "--quiet"][..], &["add", "."]] {
        assert!(Command::new("git").args(arguments).current_dir(folder).status().unwrap().success());
    }
}

const SOURCE: &str = "use mcp_scopes::{mcp_tool, scope_table};\n\n/// Remove a table for good\n\
    #[mcp_tool(risk = \"low\", scope = \"tables:drop\")]\nfn drop_table(name: String) {}\n\n\
    scope_table! { static TOOLS = [drop_table] with \"mcp-scopes.toml\"; }\n\nfn main() {}\n";

/// Runs a step with these inputs, and defaults for the others. `first` is the first folder on the path.
fn run(name: &str, inputs: &[(&str, &str)], folder: &Path, first: &Path) -> Output {
    let (action, step) = (action(), step(name));
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"].as_str().unwrap()]);
    let path = format!("{}:/usr/bin:/bin", first.display());
    command.current_dir(folder).env("PATH", path).env("GITHUB_ACTION_PATH", root());
    command.env("GITHUB_STEP_SUMMARY", folder.join("summary.md"));
    for (variable, value) in step["env"].as_object().into_iter().flatten() {
        let input = value.as_str().unwrap().trim_start_matches("${{ inputs.").trim_end_matches(" }}");
        let default = action["inputs"][input]["default"].as_str().unwrap();
        command.env(variable, inputs.iter().find(|(name, _)| *name == input).map_or(default, |(_, value)| value));
    }
    command.output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn programs() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_mcp-scopes")).parent().unwrap()
}

#[test]
fn inputs_are_described_and_not_inserted_into_scripts() {
    let action = action();
    for (name, input) in action["inputs"].as_object().unwrap() {
        assert!(input["description"].as_str().unwrap().len() > 20 && input["default"].is_string(), "{name}");
    }
    let mut found = 0;
    for step in action["runs"]["steps"].as_array().unwrap() {
        let script = step["run"].as_str().unwrap();
        assert!(!script.contains("${{"), "an input inserted into a script could run as a script: {script}");
        assert_eq!(step["shell"], "bash");
        for command in commands(script) {
            assert_accepted(&command);
            found += 1;
        }
        for value in step["env"].as_object().into_iter().flatten().map(|(_, value)| value.as_str().unwrap()) {
            let input = value.strip_prefix("${{ inputs.").and_then(|rest| rest.strip_suffix(" }}")).unwrap();
            assert!(action["inputs"].get(input).is_some(), "there is no input {input}");
        }
    }
    assert_eq!(found, 4);
}

#[test]
fn lints_and_writes_sarif() {
    let folder = tempfile::tempdir().unwrap();
    server(folder.path());
    let output = run("Lint", &[], folder.path(), programs());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(out(&output).contains("::warning file=server/src/main.rs,line=4,"), "{output:?}");
    let sarif = fs::read_to_string(folder.path().join("mcp-scopes.sarif")).unwrap();
    assert!(sarif.contains("\"risky-name\""), "{sarif}");
    assert!(fs::read_to_string(folder.path().join("summary.md")).unwrap().starts_with("## mcp-scopes\n"));
    let inputs = [("paths", "server\n"), ("arguments", "--deny=warnings\n--allow=risk"), ("sarif", "other.sarif")];
    let output = run("Lint", &inputs, folder.path(), programs());
    assert_eq!(output.status.code(), Some(0), "not all arguments are passed: {output:?}");
    let output = run("Lint", &[("arguments", "--deny=warnings")], folder.path(), programs());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    // An input is never expanded by the shell.
    let output = run("Lint", &[("paths", "$(touch run) a b")], folder.path(), programs());
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(!folder.path().join("run").exists() && folder.path().join("other.sarif").exists());
}

#[test]
fn compares_with_lock_files() {
    let folder = tempfile::tempdir().unwrap();
    server(folder.path());
    let output = run("Compare with the lock files", &[], folder.path(), programs());
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(0), ""), "{output:?}");
    fs::write(folder.path().join("server/src/main.rs"), SOURCE.replace("\"low\"", "\"high\"")).unwrap();
    let output = run("Compare with the lock files", &[], folder.path(), programs());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(out(&output).contains("::error file=server/src/main.rs,line=5,"), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("`mcp-scopes lock server`"), "{output:?}");
    assert!(fs::read_to_string(folder.path().join("summary.md")).unwrap().contains("## mcp-scopes diff\n"));
    // Git would quote such a name.
    fs::rename(folder.path().join("server"), folder.path().join("zwei é")).unwrap();
    assert!(Command::new("git").args(["add", "."]).current_dir(folder.path()).status().unwrap().success());
    let output = run("Compare with the lock files", &[], folder.path(), programs());
    assert!(out(&output).contains("::error file=zwei é/src/main.rs,line=5,"), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("`mcp-scopes lock 'zwei é'`"), "{output:?}");
    // A removed lock file does not pass, even if it was the only one.
    fs::remove_file(folder.path().join("zwei é/mcp-scopes.lock.json")).unwrap();
    assert!(Command::new("git").args(["add", "--all"]).current_dir(folder.path()).status().unwrap().success());
    let output = run("Compare with the lock files", &[], folder.path(), programs());
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn examines_servers_of_repositories_without_rust() {
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).unwrap();
    assert!(Command::new("git").args(["init", "--quiet"]).current_dir(folder.path()).status().unwrap().success());
    let url = ("doctor", "http://127.0.0.1:8000/mcp");
    let output = run("Lint", &[url], folder.path(), programs());
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(0), ""), "{output:?}");
    // What is named is linted, and a repository without a server to examine is an error.
    for inputs in [&[url, ("paths", "none.json")][..], &[]] {
        let output = run("Lint", inputs, folder.path(), programs());
        assert_eq!(output.status.code(), Some(2), "{output:?}");
    }
    for file in ["summary.md", "mcp-scopes.sarif"] {
        let _ = fs::remove_file(folder.path().join(file));
    }
    fake_program(&bin, "mcp-scopes", 0);
    let asked = |inputs: &[(&str, &str)]| {
        assert_eq!(run("Examine the server", inputs, folder.path(), &bin).status.code(), Some(0));
        fs::read_to_string(folder.path().join("summary.md")).unwrap()
    };
    // The findings of the lint have another file.
    let written = asked(&[url, ("doctor-arguments", "--wait=60\n"), ("doctor-sarif", "server.sarif")]);
    assert!(written.contains(" --output sarif=server.sarif ") && !written.contains("mcp-scopes.sarif"), "{written}");
    assert!(written.ends_with(" --wait=60 -- http://127.0.0.1:8000/mcp\n"), "{written}");
}

/// Creates a program that records its arguments, in place of one that would download or build.
fn fake_program(folder: &Path, name: &str, code: u8) {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\necho \"{name} $*\" >> \"$GITHUB_STEP_SUMMARY\"\nexit {code}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn installs_the_program_if_missing() {
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let asked = |folder: &Path| fs::read_to_string(folder.join("summary.md")).unwrap_or_default();
    assert_eq!(run("Install mcp-scopes", &[], folder.path(), programs()).status.code(), Some(0));
    assert_eq!(asked(folder.path()), "");
    let binstall = concat!(
        "cargo-binstall --no-confirm --disable-strategies compile mcp-scopes-cli@=",
        env!("CARGO_PKG_VERSION"),
        "\n"
    );
    fake_program(&bin, "cargo-binstall", 0);
    fake_program(&bin, "cargo", 0);
    assert_eq!(run("Install mcp-scopes", &[], folder.path(), &bin).status.code(), Some(0));
    assert_eq!(asked(folder.path()), binstall);
    // Without a download, the source of the action is built.
    fs::remove_file(folder.path().join("summary.md")).unwrap();
    fake_program(&bin, "cargo-binstall", 1);
    assert_eq!(run("Install mcp-scopes", &[], folder.path(), &bin).status.code(), Some(0));
    let cli = root().join("cli");
    assert_eq!(asked(folder.path()), format!("{binstall}cargo install --locked --path {}\n", cli.display()));
    assert!(cli.join("Cargo.toml").is_file());
    // A failed build fails the job.
    fake_program(&bin, "cargo", 1);
    assert_eq!(run("Install mcp-scopes", &[], folder.path(), &bin).status.code(), Some(1));
}
