//! An issuer that is bound to the facts of a server: its resources and its clock.

use std::sync::Arc;

#[cfg(feature = "introspection")]
use super::Introspection;
#[cfg(feature = "jwks")]
use super::RemoteKeys;
use super::{
    Claims, Issuer, Token, TokenCache, TokenError,
    flights::Verified,
    identity::Hash,
    issuer::{Settings, Source},
    rules::Rules,
    verifiers::Facts,
};
#[cfg(feature = "jwt")]
use super::{JwtVerifier, keys::Keys};
use crate::error::{ProblemKind, ProblemList};

/// The verifier of one issuer's tokens.
pub(super) struct BoundIssuer {
    pub(super) name: String,
    prefixes: Vec<String>,
    #[cfg(feature = "jwks")]
    lazy: bool,
    verifier: Verifier,
}

enum Verifier {
    #[cfg(feature = "jwt")]
    Jwt(TokenCache<JwtVerifier<Keys>>),
    #[cfg(feature = "introspection")]
    Introspection(TokenCache<Introspection>),
}

/// Runs an expression for the cache of any verifier.
macro_rules! of_cache {
    ($verifier:expr, $cache:ident => $result:expr) => {
        match $verifier {
            #[cfg(feature = "jwt")]
            Verifier::Jwt($cache) => $result,
            #[cfg(feature = "introspection")]
            Verifier::Introspection($cache) => $result,
        }
    };
}

impl BoundIssuer {
    /// Binds an issuer. `setting` is the method of the builder that it was passed to.
    pub(super) fn new(
        issuer: Issuer,
        facts: &Facts,
        setting: &'static str,
        problems: &mut ProblemList,
    ) -> Option<Self> {
        let Issuer { name, source, mut settings } = issuer;
        reject_unused(&name, &source, &settings, setting, problems);
        if settings.prefixes.iter().any(String::is_empty) {
            problems.add(
                setting,
                ProblemKind::Malformed,
                "a token prefix is empty, and every token begins with it",
                "write the prefix of the issuer's tokens",
            );
        }
        let prefixes = core::mem::take(&mut settings.prefixes);
        #[cfg(feature = "jwks")]
        let lazy = settings.lazy;
        let verifier = match Verifier::new(&name, source, settings, facts) {
            Ok(verifier) => verifier,
            Err(wrong) => {
                problems.add(setting, ProblemKind::Malformed, wrong, "write the https address that the issuer states");
                return None;
            }
        };
        Some(Self {
            name,
            prefixes,
            #[cfg(feature = "jwks")]
            lazy,
            verifier,
        })
    }

    /// Returns whether a prefix claims this token.
    pub(super) fn has_prefix(&self, token: Token<'_>) -> bool {
        self.prefixes.iter().any(|prefix| token.expose_secret().starts_with(prefix.as_str()))
    }

    /// Returns whether tokens of this issuer are told by a prefix.
    pub(super) fn states_prefix(&self) -> bool {
        !self.prefixes.is_empty()
    }

    pub(super) fn introspects(&self) -> bool {
        match self.verifier {
            #[cfg(feature = "jwt")]
            Verifier::Jwt(_) => false,
            #[cfg(feature = "introspection")]
            Verifier::Introspection(_) => true,
        }
    }

    /// Returns the cached result for a token.
    pub(super) fn cached(&self, hash: &Hash, token: Token<'_>) -> Option<Verified> {
        of_cache!(&self.verifier, cache => cache.cached(hash, token))
    }

    /// Verifies a token that is not cached.
    pub(super) async fn verify(&self, hash: Hash, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        of_cache!(&self.verifier, cache => cache.verify_hashed(hash, token).await)
    }

    /// Fetches what must be known before the first token arrives.
    ///
    /// # Errors
    /// Says which address answered what.
    #[cfg_attr(not(feature = "jwks"), expect(clippy::unused_async, reason = "only published keys are fetched"))]
    pub(super) async fn prepare(&self) -> Result<(), String> {
        #[cfg(feature = "jwks")]
        if let Some(keys) = self.remote_keys() {
            if self.lazy {
                keys.renewer().keep_fetching();
            } else {
                return keys.renewer().fetch_first().await.map_err(|failure| failure.message);
            }
        }
        Ok(())
    }

    /// Returns why the keys could not be fetched at the last attempt.
    pub(super) fn problem(&self) -> Option<&'static str> {
        #[cfg(feature = "jwks")]
        let problem = self.remote_keys().and_then(RemoteKeys::problem);
        #[cfg(not(feature = "jwks"))]
        let problem = None;
        problem
    }

    #[cfg(feature = "jwks")]
    fn remote_keys(&self) -> Option<&RemoteKeys> {
        match &self.verifier {
            Verifier::Jwt(cache) => match cache.verifier().keys() {
                Keys::Remote(keys) => Some(keys),
                Keys::Source(_) => None,
            },
            #[cfg(feature = "introspection")]
            Verifier::Introspection(_) => None,
        }
    }
}

impl Verifier {
    fn new(name: &str, source: Source, settings: Settings, facts: &Facts) -> Result<Self, String> {
        match source {
            #[cfg(feature = "jwks")]
            Source::Jwks(address) => {
                let mut keys = RemoteKeys::new(&address).map_err(|wrong| wrong.to_string())?;
                if let Some((least, most)) = settings.key_lifetime {
                    keys = keys.lifetime(least, most);
                }
                if let Some(time) = settings.max_stale {
                    keys = keys.max_stale(time);
                }
                if let Some(pause) = settings.fetch_pause {
                    keys = keys.pause(pause);
                }
                if let Some(time) = settings.timeout {
                    keys = keys.timeout(time);
                }
                Ok(Self::jwt(name, Keys::Remote(keys), settings, facts))
            }
            #[cfg(feature = "jwt")]
            Source::Keys(keys) => Ok(Self::jwt(name, Keys::Source(keys), settings, facts)),
            #[cfg(feature = "introspection")]
            Source::Introspection { endpoint, credentials } => {
                let resources = facts.resources.iter().map(String::as_str);
                let mut verifier = Introspection::for_resources(&endpoint, name, resources, credentials)
                    .map_err(|wrong| wrong.to_string())?;
                if let Some(requests) = settings.max_concurrent {
                    verifier = verifier.max_concurrent(requests);
                }
                if let Some(time) = settings.timeout {
                    verifier = verifier.timeout(time);
                }
                verifier = verifier.clock(facts.clock.clone());
                apply(verifier.rules_mut(), &settings);
                let rejections = settings.cache_rejections.unwrap_or(Introspection::REJECTIONS);
                let (tokens, lifetime) = settings.cache.unwrap_or((super::cache::TOKENS, Introspection::LIFETIME));
                Ok(Self::Introspection(TokenCache::with_rejections(verifier, tokens, lifetime, rejections)))
            }
        }
    }

    #[cfg(feature = "jwt")]
    fn jwt(name: &str, keys: Keys, settings: Settings, facts: &Facts) -> Self {
        let resources = facts.resources.iter().map(String::as_str);
        let mut verifier = JwtVerifier::for_resources(name, resources, keys).clock(facts.clock.clone());
        apply(verifier.rules_mut(), &settings);
        if let Some(algorithms) = settings.algorithms {
            verifier = verifier.algorithms(algorithms);
        }
        if settings.typed {
            verifier = verifier.require_access_token_type();
        }
        let (tokens, lifetime) = settings.cache.unwrap_or((super::cache::TOKENS, super::cache::LIFETIME));
        let rejections = settings.cache_rejections.unwrap_or_default();
        Self::Jwt(TokenCache::with_rejections(verifier, tokens, lifetime, rejections))
    }
}

fn apply(rules: &mut Rules, settings: &Settings) {
    if let Some(leeway) = settings.leeway {
        rules.leeway = leeway;
    }
    rules.required.clone_from(&settings.required);
}

/// Rejects settings that do not apply to the kind of issuer.
fn reject_unused(name: &str, source: &Source, settings: &Settings, setting: &'static str, problems: &mut ProblemList) {
    let (kind, fetches, reads_jwts, asks) = match source {
        #[cfg(feature = "jwks")]
        Source::Jwks(_) => ("jwks", true, true, false),
        #[cfg(feature = "jwt")]
        Source::Keys(_) => ("keys", false, true, false),
        #[cfg(feature = "introspection")]
        Source::Introspection { .. } => ("introspection", false, false, true),
    };
    #[cfg(feature = "jwt")]
    let algorithms = settings.algorithms.is_some();
    #[cfg(not(feature = "jwt"))]
    let algorithms = false;
    for (made, applies, method) in [
        (settings.lazy, fetches, "lazy"),
        (algorithms, reads_jwts, "algorithms"),
        (settings.typed, reads_jwts, "require_access_token_type"),
        (settings.key_lifetime.is_some(), fetches, "key_lifetime"),
        (settings.max_stale.is_some(), fetches, "max_stale"),
        (settings.fetch_pause.is_some(), fetches, "fetch_pause"),
        (settings.timeout.is_some(), fetches || asks, "timeout"),
        (settings.max_concurrent.is_some(), asks, "max_concurrent"),
    ] {
        if made && !applies {
            let name = mcp_scopes_model::address::Shown(name);
            problems.add(
                setting,
                ProblemKind::NoEffect,
                format!("`.{method}(..)` has no effect on the issuer {name}, which was made by `Issuer::{kind}`"),
                format!("remove `.{method}(..)`"),
            );
        }
    }
}
