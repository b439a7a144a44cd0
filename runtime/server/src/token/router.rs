//! Several verifiers, each for its own tokens, selected by the prefix of a token or by the issuer that it names.

use core::fmt;
use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{Claims, DynTokenVerifier, Token, TokenError, TokenVerifier};
use crate::{json, reason::reason};

/// The maximum length of a token whose issuer is read.
const MAX_BYTES: usize = 16 << 10;

/// Asks exactly one verifier about a token: the one for its prefix, or for the issuer that it names, or else the fallback.
///
/// Unlike with [`AnyOf`](super::AnyOf), an unreachable issuer affects only its own tokens, and an introspecting issuer
/// never receives the tokens of other issuers.
///
/// ```
/// # use mcp_scopes_server::{TokenError, verifier_fn};
/// # let verifier = verifier_fn(|_| async { Err(TokenError::invalid("")) });
/// # let (keys, live, sandbox) = (verifier.clone(), verifier.clone(), verifier);
/// use mcp_scopes_server::token::VerifierRouter;
/// let verifier = VerifierRouter::new()
///     .prefix("sk_", keys)
///     .issuer("https://auth.example.com", live)
///     .issuer("https://sandbox.example.com", sandbox);
/// ```
#[derive(Default)]
#[must_use]
pub struct VerifierRouter {
    prefixes: Vec<(String, Box<dyn DynTokenVerifier>)>,
    issuers: Vec<(String, Box<dyn DynTokenVerifier>)>,
    fallback: Option<Box<dyn DynTokenVerifier>>,
}

impl VerifierRouter {
    /// Creates a router without verifiers, which rejects every token.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the verifier of tokens with this prefix. If several prefixes match, the one added first applies.
    pub fn prefix(mut self, prefix: impl Into<String>, verifier: impl TokenVerifier) -> Self {
        self.prefixes.push((prefix.into(), Box::new(verifier)));
        self
    }

    /// Adds the verifier of JWTs whose `iss` is this issuer. The claims that it returns must name the same issuer.
    pub fn issuer(mut self, issuer: impl Into<String>, verifier: impl TokenVerifier) -> Self {
        self.issuers.push((issuer.into(), Box::new(verifier)));
        self
    }

    /// Sets the verifier of all other tokens. Default: they are rejected.
    pub fn fallback(mut self, verifier: impl TokenVerifier) -> Self {
        self.fallback = Some(Box::new(verifier));
        self
    }

    fn all(&self) -> impl Iterator<Item = &dyn DynTokenVerifier> {
        let stated = self.prefixes.iter().chain(&self.issuers).map(|(_, verifier)| verifier);
        stated.chain(&self.fallback).map(|verifier| &**verifier)
    }
}

/// Returns whether two issuers differ by a trailing slash only. Some issuers end with a slash, which is often omitted in the
/// configuration.
#[cfg(any(feature = "jwt", feature = "introspection"))]
pub(super) fn differs_by_slash(one: &str, other: &str) -> bool {
    one != other && one.strip_suffix('/').unwrap_or(one) == other.strip_suffix('/').unwrap_or(other)
}

/// Why a token names no issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unnamed {
    /// It is not a JWT whose claims can be read.
    Opaque,
    /// It has no `iss`.
    Missing,
    /// Its `iss` is not a string.
    NotText,
}

/// The error of a token without `iss`.
pub(super) const NO_ISSUER: TokenError = TokenError::invalid(reason!("`iss` is missing")).with_help(
    "let the issuer write `iss` (RFC 9068 §2.2); tokens without it cannot be told from those of another issuer",
);
/// The error of a token whose `iss` is not a string.
pub(super) const ISSUER_NOT_TEXT: TokenError =
    TokenError::invalid(reason!("`iss` is not a string")).with_help("send an access token of the issuer");

/// Returns the issuer that a token names, if it is a JWT. Nothing is verified.
pub(super) fn stated_issuer(text: &str) -> Result<String, Unnamed> {
    let mut claims = unverified_claims(text).ok_or(Unnamed::Opaque)?;
    match claims.remove("iss") {
        Some(Value::String(issuer)) => Ok(issuer),
        None | Some(Value::Null) => Err(Unnamed::Missing),
        Some(_) => Err(Unnamed::NotText),
    }
}

fn unverified_claims(text: &str) -> Option<Map<String, Value>> {
    let (message, _) = text.rsplit_once('.').filter(|_| text.len() <= MAX_BYTES)?;
    let (_, claims) = message.split_once('.')?;
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    // Read as strictly as verifiers read it: claims that two parsers could read differently name no issuer.
    json::object(core::str::from_utf8(&claims).ok()?).ok()
}

/// Returns the error of a token that no verifier of a router is for.
fn unrouted(unnamed: Option<Unnamed>) -> TokenError {
    match unnamed {
        None => TokenError::invalid(reason!("`iss` has another value than the configured issuers"))
            .with_help("add the verifier of its issuer: `VerifierRouter::issuer`"),
        Some(Unnamed::Missing) => NO_ISSUER,
        Some(Unnamed::NotText) => ISSUER_NOT_TEXT,
        Some(Unnamed::Opaque) => TokenError::invalid(reason!("it is opaque or malformed, and names no issuer"))
            .with_help("add a verifier of such tokens: `VerifierRouter::prefix` or `VerifierRouter::fallback`"),
    }
}

impl TokenVerifier for VerifierRouter {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let text = token.expose_secret();
        if let Some((_, verifier)) = self.prefixes.iter().find(|(prefix, _)| text.starts_with(prefix.as_str())) {
            return verifier.verify_boxed(token).await;
        }
        let named = stated_issuer(text);
        let of = |named: &String| self.issuers.iter().find(|(issuer, _)| issuer == named);
        if let Some((issuer, verifier)) = named.as_ref().ok().and_then(of) {
            let claims = verifier.verify_boxed(token).await?;
            // The verifier was selected by an unverified `iss`.
            return if claims.issuer() == issuer {
                Ok(claims)
            } else {
                Err(TokenError::invalid(reason!("its verifier names another issuer than the token does"))
                    .with_help("pass to `VerifierRouter::issuer` the verifier of that issuer"))
            };
        }
        match &self.fallback {
            Some(verifier) => verifier.verify_boxed(token).await,
            None => Err(unrouted(named.err())),
        }
    }

    fn is_still_valid(&self, claims: &Claims) -> bool {
        self.all().all(|verifier| verifier.is_claims_still_valid(claims))
    }

    fn issuers(&self) -> Vec<&str> {
        let routed = self.issuers.iter().map(|(issuer, _)| issuer.as_str());
        routed.chain(self.all().flat_map(DynTokenVerifier::bound_issuers)).collect()
    }
}

impl fmt::Debug for VerifierRouter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifierRouter").field("verifiers", &self.all().count()).finish()
    }
}
