//! The core links into a program without `std` and without an allocator, and works there.
#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect, also in what its functions share")]

use std::{
    path::Path,
    process::{Command, Output},
};

const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/no-std");

/// Builds the program in a folder of this test's own, and says where it would be.
fn build(features: &str) -> (Output, std::path::PathBuf) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-std");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap());
    cargo.arg("build").args(["--features", features]).arg("--manifest-path").arg(Path::new(PACKAGE).join("Cargo.toml"));
    // What cargo tells the tests about their own build is not about this one.
    cargo.env("CARGO_TARGET_DIR", &target).env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    (cargo.output().unwrap(), target.join("debug/mcp-scopes-no-std"))
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the program is started by the C library of Linux")]
fn the_core_needs_neither_std_nor_an_allocator() {
    let (built, program) = build("");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    assert!(Command::new(program).status().unwrap().success());
    // The proof would be worth nothing if an allocator came in by some other way.
    let (built, _) = build("allocates");
    let errors = String::from_utf8_lossy(&built.stderr).into_owned();
    assert!(!built.status.success() && errors.contains("no global memory allocator found"), "{errors}");
}
