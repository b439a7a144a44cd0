//! The core links into a program without `std` and without an allocator, and works there.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::{
    path::Path,
    process::{Command, Output},
};

const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../no-std");

/// Builds the program in a folder of this test, and returns its path.
fn build(features: &str) -> (Output, std::path::PathBuf) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-std");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap());
    cargo.arg("build").args(["--features", features]).arg("--manifest-path").arg(Path::new(PACKAGE).join("Cargo.toml"));
    // The variables that cargo sets for the tests do not apply to this build.
    cargo.env("CARGO_TARGET_DIR", &target).env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    (cargo.output().unwrap(), target.join("debug/mcp-scopes-no-std"))
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the program is started by the C library of Linux")]
fn links_without_std_and_allocator() {
    let (built, program) = build("");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    assert!(Command::new(program).status().unwrap().success());
    // The test would prove nothing if another dependency provided an allocator.
    let (built, _) = build("allocates");
    let errors = String::from_utf8_lossy(&built.stderr).into_owned();
    assert!(!built.status.success() && errors.contains("no global memory allocator found"), "{errors}");
}
