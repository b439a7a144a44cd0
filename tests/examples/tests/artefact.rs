//! The table is still in the program when link-time optimization, `--gc-sections` and `strip` are through with it; and
//! without the feature nothing is.
#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect, also in what its functions share")]

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use mcp_scopes_scan::Scan;

const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../artefact");

/// Builds the program in a folder of this test's own, and says where it is.
fn build(arguments: &[&str]) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("artefact");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap());
    cargo
        .args(["build", "--release"])
        .args(arguments)
        .arg("--manifest-path")
        .arg(Path::new(PACKAGE).join("Cargo.toml"));
    // What cargo tells the tests about their own build is not about this one.
    cargo.env("CARGO_TARGET_DIR", &target).env_remove("CARGO_ENCODED_RUSTFLAGS");
    if cfg!(target_os = "linux") {
        cargo.env("RUSTFLAGS", "-C link-arg=-Wl,--gc-sections");
    } else {
        cargo.env_remove("RUSTFLAGS");
    }
    let built = cargo.output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    target.join("release").join(format!("mcp-scopes-artefact{}", std::env::consts::EXE_SUFFIX))
}

#[test]
fn the_table_survives_the_linker() {
    let scan =
        |path: &Path| Scan::new(path).resource("https://a.example/mcp").authorization_server("https://b.example");
    let program = build(&[]);
    let export = scan(&program).export().unwrap();
    assert_eq!(export.table, "mcp_scopes_artefact::TOOLS");
    assert_eq!(export.json(), scan(Path::new(PACKAGE)).export().unwrap().json());

    let program = build(&["--no-default-features"]);
    let error = scan(&program).export().unwrap_err();
    assert!(error.to_string().contains("carries no scope table"), "{error}");
}
