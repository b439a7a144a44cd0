//! Access tokens: what the layer passes to a verifier, and what the verifier returns.
//!
//! | module | holds |
//! |---|---|
//! | `api_keys` | [`ApiKeys`]: opaque keys, known by salted hashes |
//! | `bearer` | taking the token out of a request (RFC 6750 §2) |
//! | `claims` | [`Claims`]: what a verified token says |
//! | `clock` | [`Clock`]: the time that expiry is compared with |
//! | `cache` | [`TokenCache`]: caches verified tokens; `flights` verifications in progress |
//! | `identity` | what makes two tokens the same token |
//! | `choice` | [`Choice`]: one verifier per issuer and kind of token; `any_of` [`AnyOf`]: verifiers in sequence |
//! | `verifier` | [`TokenVerifier`], [`TokenError`] |
#![cfg_attr(
    feature = "jwt",
    doc = "| `jwt` | [`JwtVerifier`]: tokens that are JWTs; `algorithm` how they are signed |"
)]
#![cfg_attr(feature = "jwt", doc = "| `keys` | [`KeySet`], and [`KeySource`]: where keys come from |")]
#![cfg_attr(feature = "jwks", doc = "| `jwks` | [`RemoteKeys`]: keys that an issuer publishes |")]
#![cfg_attr(
    feature = "introspection",
    doc = "| `introspection` | [`Introspection`]: asking the issuer about each token |"
)]
#![cfg_attr(
    any(feature = "jwt", feature = "introspection"),
    doc = "| `rules` | what claims have to say; `kind` whether they are those of an access token |"
)]
#![cfg_attr(
    any(feature = "jwks", feature = "introspection"),
    doc = "| `endpoint` | asking an issuer over HTTP: [`EndpointError`] |"
)]

#[cfg(feature = "jwt")]
mod algorithm;
mod any_of;
mod api_keys;
mod bearer;
mod cache;
mod choice;
mod claims;
mod clock;
#[cfg(any(feature = "jwks", feature = "introspection"))]
mod endpoint;
mod flights;
mod identity;
#[cfg(feature = "introspection")]
mod introspection;
#[cfg(feature = "jwks")]
mod jwks;
#[cfg(feature = "jwt")]
mod jwt;
#[cfg(feature = "jwt")]
mod keys;
#[cfg(any(feature = "jwt", feature = "introspection"))]
mod kind;
#[cfg(any(feature = "jwt", feature = "introspection"))]
mod rules;
mod verifier;

use core::fmt;

#[cfg(any(feature = "jwks", feature = "introspection"))]
pub use self::endpoint::EndpointError;
#[cfg(feature = "introspection")]
pub use self::introspection::{ClientCredentials, Introspection};
#[cfg(feature = "jwks")]
pub use self::jwks::RemoteKeys;
#[cfg(feature = "jwt")]
pub use self::{
    algorithm::Algorithm,
    jwt::JwtVerifier,
    keys::{KeySet, KeySetError, KeySource, LookUp},
};
pub use self::{
    any_of::AnyOf,
    api_keys::{ApiKeyError, ApiKeys},
    cache::TokenCache,
    choice::Choice,
    claims::Claims,
    clock::Clock,
    verifier::{TokenError, TokenErrorKind, TokenVerifier, Verification},
};
pub(crate) use self::{
    bearer::{Credentials, bearer, credentials},
    identity::{Hash, add_part, identity},
};

/// An access token as received. Neither `Debug` nor `Display` shows it.
#[derive(Clone, Copy)]
pub struct Token<'a>(&'a str);

impl<'a> Token<'a> {
    /// Wraps the text that follows `Bearer`.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// Returns the token itself, to verify it. A party that holds it can act as its user: keep it out of logs and errors.
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
