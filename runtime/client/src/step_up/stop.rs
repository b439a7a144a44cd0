//! Why an operation ended.

use core::fmt;

use crate::scopes::{Abridged, ScopeError, Scopes};

use super::Refusal;

/// Why an operation ended without success.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// The challenge is malformed.
    Malformed(ScopeError),
    /// Neither challenge nor metadata say which scopes the operation needs.
    UnknownScopes,
    /// This client does not step up.
    NoStepUp(Scopes),
    /// The operation requires that the user authenticates again (RFC 9470), and this client does not ask a user.
    NoAuthentication,
    /// The authorization server did not issue a token with these scopes, now or earlier.
    Refused(Scopes, Refusal),
    /// The new token has the same scopes as the one before.
    NotGranted(Scopes),
    /// The server requires nonces in proofs of possession (RFC 9449 §9), and accepts none that this client sends.
    NonceRequired,
    /// The server does not accept the proofs of possession of this client (RFC 9449 §7.1, `invalid_dpop_proof`).
    InvalidProof,
    /// The operation was refused after each of the retries.
    StillRefused(Scopes),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "the server's challenge is malformed: {error}"),
            Self::UnknownScopes => f.write_str(
                "the server refuses the operation for missing scopes, and neither its challenge nor its metadata names them; ask its operator",
            ),
            Self::NoStepUp(scopes) => {
                write!(f, "the operation needs the scopes {}, which this client was not granted; ask an administrator", Abridged(scopes))
            }
            Self::NoAuthentication => f.write_str(
                "the operation requires that a user authenticates again (RFC 9470 §3), which this client does not do; ask an administrator",
            ),
            Self::Refused(scopes, refusal) if scopes.is_empty() => {
                write!(f, "the operation needs a token, and none was issued: {refusal}")
            }
            Self::Refused(scopes, refusal) => {
                write!(f, "the operation needs the scopes {}, and no token with them was issued: {refusal}", Abridged(scopes))
            }
            Self::NotGranted(scopes) => {
                write!(f, "the operation needs the scopes {}, and the authorization server did not add them to the token", Abridged(scopes))
            }
            Self::NonceRequired => f.write_str(
                "the server requires a nonce in proofs of possession (RFC 9449 §9), and accepts none that this client sends; use a client that requests \
                 bound tokens and receives the header `DPoP-Nonce`",
            ),
            Self::InvalidProof => f.write_str(
                "the server does not accept the proof of possession (`invalid_dpop_proof`), and another token does not change it; check the clock of this \
                 machine and the address of the server",
            ),
            Self::StillRefused(scopes) if scopes.is_empty() => {
                f.write_str("the server refuses the operation with every new token; ask its operator")
            }
            Self::StillRefused(scopes) => write!(
                f,
                "the server refuses the operation with every new token, most recently for the scopes {}; ask its operator",
                Abridged(scopes)
            ),
        }
    }
}

impl core::error::Error for Stop {}
