//! Access tokens: what the layer passes to a verifier, and what the verifier returns.
//!
//! | module | holds |
//! |---|---|
//! | `api_keys` | [`ApiKeys`]: opaque keys, known by salted hashes |
//! | `bearer` | taking the token out of a request (RFC 6750 §2) |
//! | `claims` | [`Claims`]: what a verified token says |
//! | `clock` | [`Clock`]: the time that expiry is compared with |
//! | `cache` | [`TokenCache`]: caches verified tokens; `flights` verifications in progress |
//! | `confirmation` | what a token is bound to (RFC 7800) |
//! | `misreading` | why a token may grant fewer scopes than its holder expects |
//! | `identity` | what makes two tokens the same token |
//! | `router` | [`VerifierRouter`]: one verifier per issuer and kind of token; `any_of` [`AnyOf`]: verifiers in sequence |
//! | `shared_audience` | audiences that are on tokens for any application |
//! | `text` | [`Token`] as received |
//! | `verifier` | [`TokenVerifier`], [`TokenError`] |
//! | `verifiers` | all verifiers of a server, and which of them receives a token; `revocations` what was revoked |
#![cfg_attr(
    any(feature = "jwt", feature = "introspection"),
    doc = "| `issuer` | [`Issuer`]; `bound` with the facts of its server |"
)]
#![cfg_attr(feature = "jwt", doc = "| `jwt` | tokens that are JWTs; `algorithm` [`Algorithm`]: how they are signed |")]
#![cfg_attr(feature = "jwt", doc = "| `keys` | [`KeySet`], and [`KeySource`]: where keys come from |")]
#![cfg_attr(feature = "dpop", doc = "| `dpop` | [`Dpop`]: proofs that the client holds the key of its token |")]
#![cfg_attr(feature = "jwks", doc = "| `discovery` | the metadata of an issuer |")]
#![cfg_attr(feature = "jwks", doc = "| `jwks` | keys that an issuer publishes; `renewal` when they are fetched |")]
#![cfg_attr(feature = "introspection", doc = "| `introspection` | asking the issuer about each token |")]
#![cfg_attr(
    any(feature = "jwt", feature = "introspection"),
    doc = "| `rules` | what claims have to say; `refusal` the steps that can refuse a token; `claim` reads them, `issuer_rule` says what `iss` has to be, `kind` whether they are those of an access token; `provider` [`Provider`]: how an issuer writes them |"
)]
#![cfg_attr(any(feature = "jwks", feature = "introspection"), doc = "| `endpoint` | asking an issuer over HTTP |")]

#[cfg(feature = "jwt")]
mod algorithm;
mod any_of;
mod api_keys;
mod bearer;
#[cfg(any(feature = "jwt", feature = "introspection"))]
mod bound;
mod cache;
#[cfg(any(feature = "jwt", feature = "introspection"))]
mod claim;
pub(crate) mod claims;
mod clock;
mod confirmation;
#[cfg(feature = "jwks")]
mod discovery;
#[cfg(feature = "dpop")]
pub(crate) mod dpop;
#[cfg(any(feature = "jwks", feature = "introspection"))]
pub(crate) mod endpoint;
mod flights;
mod identity;
#[cfg(feature = "introspection")]
pub(crate) mod introspection;
#[cfg(any(feature = "jwt", feature = "introspection"))]
mod issuer;
#[cfg(any(feature = "jwt", feature = "introspection"))]
mod issuer_rule;
#[cfg(feature = "jwks")]
pub(crate) mod jwks;
#[cfg(feature = "jwt")]
pub(crate) mod jwt;
#[cfg(feature = "jwt")]
mod keys;
#[cfg(any(feature = "jwt", feature = "introspection"))]
mod kind;
mod misreading;
#[cfg(any(feature = "jwt", feature = "introspection"))]
mod provider;
#[cfg(any(feature = "jwt", feature = "introspection"))]
pub(crate) mod refusal;
#[cfg(feature = "jwks")]
mod renewal;
mod revocations;
mod router;
#[cfg(any(feature = "jwt", feature = "introspection"))]
mod rules;
mod shared_audience;
pub(crate) mod text;
pub(crate) mod verifier;
mod verifiers;

#[cfg(feature = "dpop")]
pub use self::dpop::Dpop;
#[cfg(feature = "jwks")]
pub(crate) use self::endpoint::FetchError;
#[cfg(feature = "introspection")]
pub use self::introspection::ClientCredentials;
#[cfg(feature = "introspection")]
use self::introspection::Introspection;
#[cfg(feature = "jwks")]
use self::jwks::RemoteKeys;
#[cfg(feature = "jwt")]
use self::jwt::JwtVerifier;
#[cfg(feature = "jwt")]
pub use self::{
    algorithm::Algorithm,
    keys::{KeySet, KeySetError, KeySource},
};
pub use self::{
    any_of::AnyOf,
    api_keys::{ApiKeyError, ApiKeys},
    cache::TokenCache,
    clock::Clock,
    router::VerifierRouter,
};
pub(crate) use self::{
    bearer::{Credentials, Scheme, credentials, token_in},
    claims::Claims,
    confirmation::{AcceptedBindings, Confirmation},
    identity::{Hash, add_part, identity},
    misreading::Misreading,
    shared_audience::{is_same_but_for_a_slash, is_shared},
    text::{OwnedToken, Token},
    verifier::{DynTokenVerifier, TokenError, TokenErrorKind, TokenVerifier},
    verifiers::{Facts, Sources, Verifiers},
};
#[cfg(any(feature = "jwt", feature = "introspection"))]
pub use self::{
    claim::ClaimPath,
    issuer::Issuer,
    provider::{
        Provider,
        mapping::{MappedClaims, VerifiedClaims},
    },
};
