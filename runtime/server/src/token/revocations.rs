//! Tokens that are rejected before they expire.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use super::{
    Token, TokenError, clock,
    identity::{Hash, signed, whole},
};
use crate::reason::reason;

/// The error of a revoked token.
pub(super) const REVOKED: TokenError = TokenError::invalid(reason!("it was revoked"))
    .with_help("this server has revoked the token; the client has to log in again");

/// The revoked tokens, by their hashes.
#[derive(Default)]
pub(super) struct Revocations {
    /// The time until which each token is rejected; `None`: always.
    until: Mutex<HashMap<Hash, Option<SystemTime>>>,
}

impl Revocations {
    /// Rejects a token until a time, or always. A JWT is rejected with any signature.
    pub(super) fn add(&self, token: Token<'_>, until: Option<SystemTime>) {
        let now = clock::now();
        let mut revoked = self.lock();
        revoked.retain(|_, until| until.is_none_or(|until| until > now));
        for hash in [Some(whole(token)), signed(token)].into_iter().flatten() {
            // A shorter revocation does not end a longer one. One that has ended is no longer here.
            let longest = match (revoked.get(&hash), until) {
                (Some(Some(earlier)), Some(until)) => Some(until.max(*earlier)),
                (Some(None), _) | (_, None) => None,
                (None, until) => until,
            };
            revoked.insert(hash, longest);
        }
    }

    /// Returns whether a token is revoked.
    pub(super) fn has(&self, token: Token<'_>) -> bool {
        // Few servers revoke tokens. Without a revoked one, nothing is hashed.
        !self.lock().is_empty() && self.has_hashed(&whole(token), token)
    }

    /// Like [`has`](Self::has), for a caller that knows the hash of the whole token.
    pub(super) fn has_hashed(&self, hash: &Hash, token: Token<'_>) -> bool {
        let revoked = self.lock();
        if revoked.is_empty() {
            return false;
        }
        // The entry of the whole token may have ended, and that of what was signed not.
        let in_force =
            |hash: &Hash| revoked.get(hash).is_some_and(|until| until.is_none_or(|until| until > clock::now()));
        in_force(hash) || signed(token).is_some_and(|signed| in_force(&signed))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Hash, Option<SystemTime>>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
