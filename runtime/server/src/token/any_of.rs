//! Several verifiers in sequence, for tokens of several issuers or kinds.

use core::fmt;

use std::sync::Arc;

use super::{Claims, DynTokenVerifier, Token, TokenError, TokenErrorKind, TokenVerifier};

/// Asks one verifier after the other. The first that accepts a token determines its claims.
///
/// For verifiers whose tokens cannot be distinguished. If they can, [`VerifierRouter`](super::VerifierRouter) shows each token to only one.
#[derive(Default)]
#[must_use]
pub struct AnyOf {
    verifiers: Vec<Box<dyn DynTokenVerifier>>,
}

impl AnyOf {
    /// Creates a list without verifiers, which rejects every token.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a verifier after the others.
    pub fn or(mut self, verifier: impl TokenVerifier) -> Self {
        self.verifiers.push(Box::new(verifier));
        self
    }
}

impl TokenVerifier for AnyOf {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let mut answer = TokenError::UNKNOWN;
        for verifier in &self.verifiers {
            match verifier.verify_boxed(token).await {
                Ok(claims) => return Ok(claims),
                // The unavailable verifier may be the one that accepts the token: the client may retry.
                Err(error) if answer.kind() != TokenErrorKind::Unavailable => answer = error,
                Err(_) => {}
            }
        }
        Err(answer)
    }

    fn is_still_valid(&self, claims: &Claims) -> bool {
        self.verifiers.iter().all(|verifier| verifier.is_claims_still_valid(claims))
    }

    fn issuers(&self) -> Vec<&str> {
        self.verifiers.iter().flat_map(|verifier| verifier.bound_issuers()).collect()
    }
}

impl fmt::Debug for AnyOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyOf").field("verifiers", &self.verifiers.len()).finish()
    }
}
