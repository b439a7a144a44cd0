//! Runs a build script as cargo would.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

use std::{
    env, fs,
    path::Path,
    process::{Command, Output},
};

use mcp_scopes_build::Scan;
use mcp_scopes_lint::{Overrides, lint_package};
use mcp_scopes_test_support::{Folder, manifest};

const MAIN: &str = "scope_table! { static TOOLS = [f, #[cfg(feature = \"more-tools\")] g, #[cfg(wide)] h] with \"mcp-scopes.toml\"; }\n\
    /// Do it\n#[mcp_scopes::mcp_tool(risk = \"low\")]\nfn f() {}\n\
    #[cfg(feature = \"more-tools\")]\n/// Do more\n#[mcp_scopes::mcp_tool(risk = \"low\")]\nfn g() {}\n\
    #[cfg(wide)]\n/// Do most\n#[mcp_scopes::mcp_tool(risk = \"low\")]\nfn h() {}\n";

/// Not a test: the build script of the other tests. They run it in a separate process, since cargo passes everything to
/// a build script through the environment.
#[test]
#[ignore = "is run by the other tests"]
fn build_script() {
    let scan = Scan::new(".");
    let emitted = match env::var_os("APPLY_RULES") {
        None => scan.emit(),
        Some(_) => scan.emit_with(|scan| lint_package(scan, &Overrides::new())),
    };
    if let Err(error) = emitted {
        println!("\nfailed: {error}\nfailed: {error:?}");
    }
}

fn run(package: &Folder, out: &Path, variables: &[(&str, &str)]) -> (Vec<String>, Output) {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "build_script", "--ignored", "--nocapture"])
        .current_dir(package.path())
        .env("OUT_DIR", out)
        .env("CARGO_CFG_WIDE", "")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    // The line of the test harness may come first.
    let lines =
        text.lines().filter_map(|line| line.find("cargo::").or(line.find("failed: ")).map(|at| line[at..].to_owned()));
    (lines.collect(), output)
}

fn package(main: &str) -> Folder {
    let manifest = manifest("demo", "[features]\ndefault = [\"more-tools\"]\nmore-tools = []\n");
    Folder::package(&[("Cargo.toml", &manifest), ("src/main.rs", main)])
}

const INPUTS: [&str; 3] =
    ["cargo::rerun-if-changed=Cargo.toml", "cargo::rerun-if-changed=mcp-scopes.toml", "cargo::rerun-if-changed=src"];

fn names(out: &Path) -> Vec<String> {
    let text = fs::read(out.join(mcp_scopes_build::FILE_NAME)).unwrap();
    let metadata = mcp_scopes_prm::Metadata::from_json(text).unwrap();
    metadata.mcp_extensions().unwrap().tool_scope_mapping.keys().cloned().collect()
}

#[test]
fn writes_the_document_of_the_build() {
    let (package, out) = (package(MAIN), tempfile::tempdir().unwrap());
    let (lines, output) = run(&package, out.path(), &[]);
    assert_eq!(lines, INPUTS, "{output:?}");
    // Default features are on only if cargo sets them.
    assert_eq!(names(out.path()), ["f", "h"]);
    run(&package, out.path(), &[("CARGO_FEATURE_MORE_TOOLS", "1")]);
    assert_eq!(names(out.path()), ["f", "g", "h"]);
}

#[test]
fn passes_findings_to_cargo() {
    let (package, out) = (package(MAIN), tempfile::tempdir().unwrap());
    package.write("src/lonely.rs", "#[mcp_scopes::mcp_tool(risk = \"low\")]\nfn i() {}\n");
    let (lines, _) = run(&package, out.path(), &[]);
    let warning = "cargo::warning=src/lonely.rs:1:15: `src/lonely.rs` holds `mcp_tool`, but no module of the package \
                   declares the file; help: write `mod lonely;` in its parent, or remove the file; `include!` is not \
                   followed [undeclared-file]";
    assert_eq!(lines, [&INPUTS[..], &[warning]].concat());
    assert_eq!(names(out.path()), ["f", "h"]);
}

#[test]
fn applies_rules_if_the_build_script_requests_them() {
    let main = MAIN.replace("/// Do it\n", "").replace("static", "pub static");
    let (package, out) = (package(&main), tempfile::tempdir().unwrap());
    assert_eq!(run(&package, out.path(), &[]).0, INPUTS);
    let (lines, _) = run(&package, out.path(), &[("APPLY_RULES", "1")]);
    let warning = "cargo::warning=src/main.rs:3:4: tool `f` has no description; help: write a doc comment above \
                   the function, or `description = \"..\"` [missing-description]";
    assert_eq!(lines, [&INPUTS[..], &[warning]].concat());
    assert_eq!(names(out.path()), ["f", "h"]);
}

#[test]
fn fails_the_build_on_errors() {
    let main = MAIN.replacen("risk = \"low\"", "risk = \"lwo\"", 1);
    let (package, out) = (package(&main), tempfile::tempdir().unwrap());
    let (lines, _) = run(&package, out.path(), &[]);
    assert!(lines[3].starts_with("cargo::error=src/main.rs:3:31: "), "{lines:?}");
    assert_eq!(lines[4], "failed: 1 error keeps the document from being made");
    // Cargo prints this for a returned error. It does not contain the sources.
    assert_eq!(
        lines[5],
        "failed: Error { kind: Findings, message: \"1 error keeps the document from being made\", .. }"
    );
    assert!(!out.path().join(mcp_scopes_build::FILE_NAME).exists());
    package.write("mcp-scopes.toml", "");
    package.write("src/main.rs", MAIN);
    let (lines, _) = run(&package, out.path(), &[]);
    assert!(lines[3].starts_with("cargo::error=") && lines[3].contains("/resource"), "{lines:?}");
}

#[test]
fn fails_outside_of_a_build_script() {
    // Tests may run in the environment of a build script, but this one requires its absence.
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "build_script", "--ignored", "--nocapture"])
        .env_remove("OUT_DIR")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("failed: not called from a build script: `OUT_DIR` is not set"), "{text}");
}
