//! The table remains in the program after link-time optimization, `--gc-sections` and `strip`. Without the feature, the
//! program contains no table.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use mcp_scopes_scan::Scan;

const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../artefact");

/// Builds the program in a folder of this test, and returns its path.
fn build(arguments: &[&str]) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("artefact");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap());
    cargo
        .args(["build", "--release"])
        .args(arguments)
        .arg("--manifest-path")
        .arg(Path::new(PACKAGE).join("Cargo.toml"));
    // The variables that cargo sets for the tests do not apply to this build.
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
fn keeps_the_table_through_linking() {
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
