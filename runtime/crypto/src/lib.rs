//! What `mcp-scopes-server` verifies signatures with, selected by feature.
//!
//! | feature | library |
//! |---|---|
//! | `default-crypto` | aws-lc-rs on Linux, macOS and Windows on x86-64 and 64-bit Arm; pure Rust elsewhere |
//! | `aws-lc-rs` | aws-lc-rs |
//! | `rust-crypto` | pure Rust |
//!
//! Features of several crates are united, so several can be enabled: aws-lc-rs then has precedence. Enable them in
//! `mcp-scopes-server`, which has features of the same names.

// Keep in step with the dependencies in `Cargo.toml`.
#[cfg(any(feature = "aws-lc-rs", feature = "default-crypto", feature = "rust-crypto"))]
use jsonwebtoken::crypto::CryptoProvider;
#[cfg(any(
    feature = "aws-lc-rs",
    all(
        feature = "default-crypto",
        any(target_os = "linux", target_os = "macos", target_os = "windows"),
        any(target_arch = "x86_64", target_arch = "aarch64")
    )
))]
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
#[cfg(all(
    not(feature = "aws-lc-rs"),
    any(feature = "rust-crypto", feature = "default-crypto"),
    not(all(
        feature = "default-crypto",
        any(target_os = "linux", target_os = "macos", target_os = "windows"),
        any(target_arch = "x86_64", target_arch = "aarch64")
    ))
))]
use jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;

#[cfg(not(any(feature = "aws-lc-rs", feature = "default-crypto", feature = "rust-crypto")))]
compile_error!(
    "nothing verifies signatures: enable one of the features `default-crypto`, `aws-lc-rs` and `rust-crypto` of `mcp-scopes-server`"
);

/// The selected library.
///
/// It is named and not looked up: a process in which several crates enable different libraries has no default, and `jsonwebtoken`
/// panics when it looks for one.
#[cfg(any(feature = "aws-lc-rs", feature = "default-crypto", feature = "rust-crypto"))]
pub const PROVIDER: &CryptoProvider = &DEFAULT_PROVIDER;

/// Makes aws-lc-rs the default of `jsonwebtoken` in this process, if both libraries are enabled here and there is no default yet.
///
/// Code that uses `jsonwebtoken` beside the server would panic otherwise. With one library enabled there is nothing to decide, and a
/// later choice of the program must not fail.
#[cfg(any(feature = "aws-lc-rs", feature = "default-crypto", feature = "rust-crypto"))]
pub fn install() {
    let is_common = cfg!(all(
        any(target_os = "linux", target_os = "macos", target_os = "windows"),
        any(target_arch = "x86_64", target_arch = "aarch64")
    ));
    let has_aws = cfg!(feature = "aws-lc-rs") || cfg!(feature = "default-crypto") && is_common;
    let has_rust = cfg!(feature = "rust-crypto") || cfg!(feature = "default-crypto") && !is_common;
    if has_aws && has_rust {
        // The call fails if the program has set a default. That one is kept.
        let _ = PROVIDER.install_default();
    }
}
