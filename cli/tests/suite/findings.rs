//! The findings of the linter on the largest example: one broad scope, and no other.

use std::{fs, path::Path, process::Command};

/// Set `MCP_SCOPES_BLESS` to write the findings, then review the difference.
#[test]
fn findings_of_the_brokerage_are_as_reviewed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let run = Command::new(env!("CARGO_BIN_EXE_mcp-scopes"))
        .args(["lint", "examples/brokerage"])
        .current_dir(folder.parent().unwrap())
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap());
    assert_eq!(run.status.code(), Some(0), "{err}");
    let path = folder.join("tests/snapshots/brokerage.txt");
    if std::env::var_os("MCP_SCOPES_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &out).unwrap();
    }
    assert_eq!(out, fs::read_to_string(&path).unwrap_or_default(), "brokerage.txt is stale");
}
