//! Several verifiers: tokens of several issuers, or of several kinds.

use core::fmt;

use super::{Claims, Token, TokenError, TokenErrorKind, TokenVerifier, Verification};

/// Asks one verifier after the other; the first that finds a token good tells what it says.
///
/// For verifiers whose tokens cannot be told apart; where they can, [`Choice`](super::Choice) shows each token to one alone.
#[derive(Default)]
#[must_use]
pub struct AnyOf {
    verifiers: Vec<Box<dyn TokenVerifier>>,
}

impl AnyOf {
    /// None yet: every token is refused.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a verifier behind the others.
    pub fn or(mut self, verifier: impl TokenVerifier) -> Self {
        self.verifiers.push(Box::new(verifier));
        self
    }
}

impl TokenVerifier for AnyOf {
    fn verify<'a>(&'a self, token: Token<'a>) -> Verification<'a> {
        Box::pin(async move {
            let mut answer = TokenError::UNKNOWN;
            for verifier in &self.verifiers {
                match verifier.verify(token).await {
                    Ok(claims) => return Ok(claims),
                    // Somebody who cannot tell may be the one who would have said yes: the client may try again.
                    Err(error) if answer.kind() != TokenErrorKind::Unavailable => answer = error,
                    Err(_) => {}
                }
            }
            Err(answer)
        })
    }

    fn still_counts(&self, claims: &Claims) -> bool {
        self.verifiers.iter().all(|verifier| verifier.still_counts(claims))
    }
}

impl fmt::Debug for AnyOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyOf").field("verifiers", &self.verifiers.len()).finish()
    }
}
