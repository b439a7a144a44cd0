//! Tests of the examples as a whole (in `tests`), and of the README and the pages below `docs`.

/// Runs the programs in the README as doctests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;

/// Runs the programs in the page `docs/secure-a-server.md` as doctests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/secure-a-server.md")]
pub struct SecureAServer;

/// Runs the programs in the page `docs/providers.md` as doctests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/providers.md")]
pub struct Providers;

/// Runs the programs in the page `docs/verify-tokens.md` as doctests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/verify-tokens.md")]
pub struct VerifyTokens;

/// Runs the programs in the page `docs/lint-in-ci.md` as doctests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/lint-in-ci.md")]
pub struct LintInCi;

/// Runs the programs in the page `docs/review-a-release.md` as doctests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/review-a-release.md")]
pub struct ReviewARelease;

/// Runs the programs in the page `docs/behind-a-proxy.md` as doctests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/behind-a-proxy.md")]
pub struct BehindAProxy;

/// Runs the programs in the page `docs/sandbox.md` as doctests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/sandbox.md")]
pub struct Sandbox;

/// Runs the programs in the page `docs/session-store.md` as doctests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/session-store.md")]
pub struct SessionStore;

/// Runs the program in the page `docs/approvals.md` as a doctest.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/approvals.md")]
pub struct Approvals;

/// Runs the program in the page `docs/clients.md` as a doctest.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/clients.md")]
pub struct Clients;
