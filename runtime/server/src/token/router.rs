//! Several verifiers, each for its own tokens, selected by the prefix of a token or by the issuer that it names.

use core::fmt;
use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

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

/// Returns the issuer that a token names, if it is a JWT. Nothing is verified.
pub(super) fn stated_issuer(text: &str) -> Option<String> {
    let (message, _) = text.rsplit_once('.').filter(|_| text.len() <= MAX_BYTES)?;
    let (_, claims) = message.split_once('.')?;
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    // Read as strictly as verifiers read it: claims that two parsers could read differently name no issuer.
    let mut claims = json::object(core::str::from_utf8(&claims).ok()?).ok()?;
    match claims.remove("iss") {
        Some(Value::String(issuer)) => Some(issuer),
        _ => None,
    }
}

impl TokenVerifier for VerifierRouter {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let text = token.expose_secret();
        if let Some((_, verifier)) = self.prefixes.iter().find(|(prefix, _)| text.starts_with(prefix.as_str())) {
            return verifier.verify_boxed(token).await;
        }
        let named = stated_issuer(text).and_then(|named| self.issuers.iter().find(|(issuer, _)| *issuer == named));
        if let Some((issuer, verifier)) = named {
            let claims = verifier.verify_boxed(token).await?;
            // The verifier was selected by an unverified `iss`.
            return if claims.issuer() == issuer {
                Ok(claims)
            } else {
                Err(TokenError::invalid(reason!("its verifier names another issuer than the token does")))
            };
        }
        match &self.fallback {
            Some(verifier) => verifier.verify_boxed(token).await,
            None => Err(TokenError::invalid(reason!("`iss` has another value than the configured issuers"))),
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
