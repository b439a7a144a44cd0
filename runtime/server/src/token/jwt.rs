//! Access tokens that are JWTs (RFC 7519, RFC 9068), checked as RFC 8725 requires.
//!
//! | module | holds |
//! |---|---|
//! | `compact` | splits a token, and checks its header |
//! | `explain` | explains why a token would be accepted or refused, for the command line |
//!
//! The requirements for its claims are in the sibling module `rules`.

mod compact;
pub(crate) mod explain;

use core::{fmt, time::Duration};
use std::sync::Arc;

use self::compact::Compact;
use super::{
    Claims, Clock, KeySet, KeySource, Token, TokenError, TokenVerifier,
    algorithm::Algorithm,
    keys::may_be_of_replaced_key,
    rules::{ClaimsSource, Rules},
};
use crate::reason::reason;

/// Verifies access tokens that are JWTs, as [`Issuer`](super::Issuer) documents.
#[derive(Clone)]
#[must_use]
pub struct JwtVerifier<K> {
    keys: K,
    algorithms: Vec<Algorithm>,
    rules: Rules,
    typed: bool,
    clock: Clock,
}

impl<K: KeySource> JwtVerifier<K> {
    /// Creates a verifier for tokens of this issuer and this resource. Both are compared code point by code point.
    pub fn new(issuer: &str, resource: &str, keys: K) -> Self {
        Self::for_resources(issuer, [resource], keys)
    }

    /// Creates a verifier for tokens of this issuer and any of these resources.
    pub fn for_resources<'r>(issuer: &str, resources: impl IntoIterator<Item = &'r str>, keys: K) -> Self {
        mcp_scopes_crypto::install();
        Self {
            keys,
            algorithms: Algorithm::ASYMMETRIC.to_vec(),
            rules: Rules::new(issuer, resources, ClaimsSource::Token),
            typed: false,
            clock: Clock::default(),
        }
    }

    pub(super) fn rules_mut(&mut self) -> &mut Rules {
        &mut self.rules
    }

    #[cfg(feature = "jwks")]
    pub(super) fn keys(&self) -> &K {
        &self.keys
    }

    /// Sets the accepted algorithms. Default: [`Algorithm::ASYMMETRIC`]. Accept as few as possible (RFC 8725 §3.1).
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Sets the accepted clock difference between issuer and server. Default: 30 seconds.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.rules.leeway = leeway;
        self
    }

    /// Requires a claim to be present and not null.
    pub fn require_claim(mut self, name: impl Into<String>) -> Self {
        self.rules.required.push(name.into());
        self
    }

    /// Requires `typ: at+jwt` (RFC 9068 §2.1), so that an ID token is not accepted as an access token. Not every issuer
    /// sends it.
    pub fn require_access_token_type(mut self) -> Self {
        self.typed = true;
        self
    }

    /// Sets the clock that `exp`, `nbf` and `iat` are compared with. Default: the system clock.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }
}

impl<K: KeySource> TokenVerifier for JwtVerifier<K> {
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let compact = Compact::read(token)?;
        let header = compact.header()?;
        if !self.algorithms.contains(&header.algorithm) {
            return Err(TokenError::invalid(reason!("its algorithm is not allowed")).with_help(
                "let the issuer sign with an asymmetric algorithm, or accept this one: `.algorithms([..])`",
            ));
        }
        if self.typed && !header.typed {
            return Err(TokenError::invalid(reason!("`typ` in its header does not say that it is an access token"))
                .with_help("let the issuer write `at+jwt` (RFC 9068 §2.1), or remove `.require_access_token_type()`"));
        }
        let id = header.key.as_deref();
        let signer = |keys: &KeySet| {
            let key = keys.signer(id, header.algorithm, compact.message, &compact.signature)?;
            Ok::<_, TokenError>((key.mark, key.issuer.map(str::to_owned)))
        };
        let keys = self.keys.keys(id).await?;
        let (mark, of_key) = match signer(&keys) {
            // Without a name, only the signature says that the key was replaced.
            Err(error) if !keys.is_named(id) && may_be_of_replaced_key(&error) => match self.keys.renewed().await {
                Some(renewed) => signer(&renewed)?,
                None => return Err(error),
            },
            signer => signer?,
        };
        let found = compact.claims()?;
        self.rules.issuer.check_key(&found, of_key.as_deref())?;
        let claims = self.rules.check(&found, self.clock.now())?;
        Ok(Arc::new(claims.signing_key(mark).build()))
    }

    fn is_still_valid(&self, claims: &Claims) -> bool {
        // Claims of another issuer, or without a signing key, cannot be checked here: one issuer may also issue opaque tokens.
        !self.rules.issuer.matches(claims.issuer())
            || claims.signing_key().is_none_or(|key| self.keys.current().is_some_and(|keys| keys.holds(key)))
    }
}

impl<K> fmt::Debug for JwtVerifier<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtVerifier").field("algorithms", &self.algorithms).finish_non_exhaustive()
    }
}
