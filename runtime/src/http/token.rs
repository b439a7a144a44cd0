//! Access tokens: what the layer hands to a verifier, and what it gets back.
//!
//! | module | holds |
//! |---|---|
//! | `bearer` | taking the token out of a request (RFC 6750 §2) |
//! | `claims` | [`Claims`]: what a verified token says |
//! | `cache` | [`TokenCache`]: remembering good tokens; `any_of` [`AnyOf`]: several verifiers |
//! | `verifier` | [`TokenVerifier`], [`TokenError`] |
#![cfg_attr(
    feature = "jwt",
    doc = "| `jwt` | [`JwtVerifier`]: tokens that are JWTs; `algorithm` how they are signed |"
)]
#![cfg_attr(feature = "jwt", doc = "| `keys` | [`KeySet`], and [`KeySource`]: where keys come from |")]

#[cfg(feature = "jwt")]
mod algorithm;
mod any_of;
mod bearer;
mod cache;
mod claims;
#[cfg(feature = "jwt")]
mod jwt;
#[cfg(feature = "jwt")]
mod keys;
mod verifier;

use core::fmt;

pub(crate) use self::bearer::{Credentials, credentials};
#[cfg(feature = "jwt")]
pub use self::{
    algorithm::Algorithm,
    jwt::JwtVerifier,
    keys::{KeySet, KeySetError, KeySource, LookUp},
};
pub use self::{
    any_of::AnyOf,
    cache::TokenCache,
    claims::Claims,
    verifier::{TokenError, TokenErrorKind, TokenVerifier, Verification},
};

/// An access token as it came in. It is shown nowhere: neither `Debug` nor `Display` tell it.
#[derive(Clone, Copy)]
pub struct Token<'a>(&'a str);

impl<'a> Token<'a> {
    /// Wraps the text behind `Bearer`.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// The token itself, to verify it. Whoever holds it can act as its user: keep it out of logs and errors.
    #[must_use]
    pub const fn expose_secret(self) -> &'a str {
        self.0
    }
}

impl fmt::Debug for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}
