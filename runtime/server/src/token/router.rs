//! Several verifiers, each for its own tokens, selected by the prefix of a token or by the issuer that it names.

use core::fmt;
use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{Claims, Token, TokenError, TokenVerifier, Verification};
use crate::{json, reason::reason};

/// The maximum length of a token whose issuer is read.
const MAX_BYTES: usize = 16 << 10;

/// Asks exactly one verifier about a token: the one for its prefix, or for the issuer that it names, or else the fallback.
///
/// Unlike with [`AnyOf`](super::AnyOf), an unreachable issuer affects only its own tokens, and an introspecting issuer
/// never receives the tokens of other issuers.
///
/// ```
/// # use mcp_scopes_server::{Token, TokenError, TokenVerifier, Verification};
/// # struct Verifier;
/// # impl TokenVerifier for Verifier {
/// #     fn verify<'a>(&'a self, _: Token<'a>) -> Verification<'a> { Box::pin(async { Err(TokenError::invalid("")) }) }
/// # }
/// # let (keys, live, sandbox) = (Verifier, Verifier, Verifier);
/// use mcp_scopes_server::token::Choice;
/// let verifier = Choice::new()
///     .prefix("sk_", keys)
///     .issuer("https://auth.example.com", live)
///     .issuer("https://sandbox.example.com", sandbox);
/// ```
#[derive(Default)]
#[must_use]
pub struct Choice {
    prefixes: Vec<(String, Box<dyn TokenVerifier>)>,
    issuers: Vec<(String, Box<dyn TokenVerifier>)>,
    otherwise: Option<Box<dyn TokenVerifier>>,
}

impl Choice {
    /// Creates a choice without verifiers, which rejects every token.
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
    pub fn otherwise(mut self, verifier: impl TokenVerifier) -> Self {
        self.otherwise = Some(Box::new(verifier));
        self
    }

    async fn verified(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let text = token.expose_secret();
        if let Some((_, verifier)) = self.prefixes.iter().find(|(prefix, _)| text.starts_with(prefix.as_str())) {
            return verifier.verify(token).await;
        }
        let named = issuer(text).and_then(|named| self.issuers.iter().find(|(issuer, _)| *issuer == named));
        if let Some((issuer, verifier)) = named {
            let claims = verifier.verify(token).await?;
            // The verifier was selected by an unverified `iss`.
            return if claims.issuer() == issuer {
                Ok(claims)
            } else {
                Err(TokenError::invalid(reason!("its verifier names another issuer than the token does")))
            };
        }
        match &self.otherwise {
            Some(verifier) => verifier.verify(token).await,
            None => Err(TokenError::invalid(reason!("its issuer is not configured"))),
        }
    }

    fn all(&self) -> impl Iterator<Item = &dyn TokenVerifier> {
        let stated = self.prefixes.iter().chain(&self.issuers).map(|(_, verifier)| verifier);
        stated.chain(&self.otherwise).map(|verifier| &**verifier)
    }
}

/// Returns the issuer that a token names, if it is a JWT. Nothing is verified.
fn issuer(text: &str) -> Option<String> {
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

impl TokenVerifier for Choice {
    fn verify<'a>(&'a self, token: Token<'a>) -> Verification<'a> {
        Box::pin(self.verified(token))
    }

    fn still_counts(&self, claims: &Claims) -> bool {
        self.all().all(|verifier| verifier.still_counts(claims))
    }
}

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Choice").field("verifiers", &self.all().count()).finish()
    }
}
