//! An issuer that is bound to the facts of a server: its resources and its clock.

use std::sync::Arc;

#[cfg(feature = "introspection")]
use super::Introspection;
#[cfg(any(feature = "jwks", feature = "introspection"))]
use super::endpoint::EndpointError;
use super::{
    Claims, Issuer, Token, TokenCache, TokenError,
    flights::Verified,
    identity::Hash,
    issuer::{Settings, Source},
    issuer_rule::IssuerRule,
    provider::unshown_claim,
    rules::Rules,
    verifiers::Facts,
};
#[cfg(feature = "jwt")]
use super::{JwtVerifier, keys::Keys};
#[cfg(feature = "jwks")]
use super::{
    RemoteKeys,
    discovery::{Discovery, Place},
    renewal::{Limits, Prepare},
};
use crate::error::{ProblemKind, ProblemList};

/// Without requests to issuers no address can be wrong.
#[cfg(not(any(feature = "jwks", feature = "introspection")))]
type EndpointError = core::convert::Infallible;

/// The verifier of one issuer's tokens.
pub(super) struct BoundIssuer {
    pub(super) name: String,
    pub(super) rule: IssuerRule,
    prefixes: Vec<String>,
    #[cfg(feature = "jwks")]
    lazy: bool,
    /// The method of the builder that it was passed to.
    #[cfg(feature = "jwks")]
    setting: &'static str,
    verifier: Verifier,
}

/// Why what an issuer publishes could not be fetched.
pub(crate) struct Unprepared {
    pub(crate) setting: &'static str,
    /// Which address answered what.
    pub(crate) message: String,
    /// The issuer that its metadata states, if it differs only in a detail.
    pub(crate) near: Option<String>,
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
        let rule = IssuerRule::of(&issuer, setting, problems);
        #[cfg(feature = "jwks")]
        let place = issuer.place();
        issuer.check_provider(setting, problems);
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
        for (message, help) in settings.required.iter().filter_map(|name| unshown_claim(name)) {
            problems.add(setting, ProblemKind::Malformed, message, help);
        }
        if settings.provider.is_some() && settings.claims.is_some() {
            problems.add(
                setting,
                ProblemKind::Contradiction,
                "`.claims(..)` replaces what `.provider(..)` says",
                "remove one of the two calls",
            );
        }
        let prefixes = core::mem::take(&mut settings.prefixes);
        #[cfg(feature = "jwks")]
        let lazy = settings.lazy;
        let facts = IssuerFacts {
            name: &name,
            rule: rule?,
            #[cfg(feature = "jwks")]
            place,
            server: facts,
        };
        let rule = facts.rule.clone();
        let verifier = match Verifier::new(source, settings, facts) {
            Ok(verifier) => verifier,
            Err(wrong) => {
                problems.add(
                    setting,
                    ProblemKind::Malformed,
                    wrong.to_string(),
                    "write the https address that the issuer states",
                );
                return None;
            }
        };
        Some(Self {
            name,
            rule,
            prefixes,
            #[cfg(feature = "jwks")]
            lazy,
            #[cfg(feature = "jwks")]
            setting,
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
    pub(super) async fn prepare(&self) -> Result<(), Unprepared> {
        #[cfg(feature = "jwks")]
        if let Some(published) = self.published() {
            if self.lazy {
                published.keep_fetching();
            } else {
                return published.fetch_first().await.map_err(|failure| Unprepared {
                    setting: self.setting,
                    message: failure.message,
                    near: failure.near,
                });
            }
        }
        Ok(())
    }

    /// Returns why the keys could not be fetched at the last attempt.
    pub(super) fn problem(&self) -> Option<&'static str> {
        #[cfg(feature = "jwks")]
        let problem = self.published().and_then(Prepare::problem);
        #[cfg(not(feature = "jwks"))]
        let problem = None;
        problem
    }

    /// Returns what the issuer publishes and this server fetches.
    #[cfg(feature = "jwks")]
    fn published(&self) -> Option<&dyn Prepare> {
        match &self.verifier {
            Verifier::Jwt(cache) => match cache.verifier().keys() {
                Keys::Remote(keys) => Some(keys.renewal()),
                Keys::Source(_) => None,
            },
            #[cfg(feature = "introspection")]
            Verifier::Introspection(cache) => cache.verifier().renewal(),
        }
    }
}

/// The facts that a verifier inherits.
struct IssuerFacts<'f> {
    name: &'f str,
    rule: IssuerRule,
    /// Where the metadata of the issuer is.
    #[cfg(feature = "jwks")]
    place: Place,
    server: &'f Facts,
}

impl IssuerFacts<'_> {
    fn resources(&self) -> impl Iterator<Item = &str> {
        self.server.resources.iter().map(String::as_str)
    }
}

impl Verifier {
    fn new(source: Source, settings: Settings, facts: IssuerFacts<'_>) -> Result<Self, EndpointError> {
        match source {
            #[cfg(feature = "jwks")]
            Source::Discover => {
                #[cfg(feature = "introspection")]
                if let Some(credentials) = settings.introspect.clone() {
                    let metadata = Discovery::new(&facts.place, Discovery::INTROSPECTION)?;
                    let limits = limits(&settings);
                    let verifier =
                        Introspection::discovered(metadata, limits, facts.name, facts.resources(), credentials)?;
                    return Ok(Self::introspection(verifier, &settings, facts));
                }
                let metadata = Discovery::new(&facts.place, Discovery::KEYS)?;
                let keys = RemoteKeys::discovered(metadata).limits(limits(&settings));
                Ok(Self::jwt(Keys::Remote(keys), settings, facts))
            }
            #[cfg(feature = "jwks")]
            Source::Jwks(address) => {
                let keys = RemoteKeys::new(&address)?.limits(limits(&settings));
                Ok(Self::jwt(Keys::Remote(keys), settings, facts))
            }
            #[cfg(feature = "jwt")]
            Source::Keys(keys) => Ok(Self::jwt(Keys::Source(keys), settings, facts)),
            #[cfg(feature = "introspection")]
            Source::Introspection { endpoint, credentials } => {
                let verifier = Introspection::for_resources(&endpoint, facts.name, facts.resources(), credentials)?;
                Ok(Self::introspection(verifier, &settings, facts))
            }
        }
    }

    #[cfg(feature = "introspection")]
    fn introspection(mut verifier: Introspection, settings: &Settings, facts: IssuerFacts<'_>) -> Self {
        if let Some(requests) = settings.max_concurrent {
            verifier = verifier.max_concurrent(requests);
        }
        if let Some(time) = settings.timeout {
            verifier = verifier.timeout(time);
        }
        verifier = verifier.clock(facts.server.clock.clone());
        apply(verifier.rules_mut(), settings, facts);
        let rejections = settings.cache_rejections.unwrap_or(Introspection::REJECTIONS);
        let (tokens, lifetime) = settings.cache.unwrap_or((super::cache::TOKENS, Introspection::LIFETIME));
        Self::Introspection(TokenCache::with_rejections(verifier, tokens, lifetime, rejections))
    }

    #[cfg(feature = "jwt")]
    fn jwt(keys: Keys, settings: Settings, facts: IssuerFacts<'_>) -> Self {
        let mut verifier = JwtVerifier::for_resources(facts.name, facts.resources(), keys);
        verifier = verifier.clock(facts.server.clock.clone());
        apply(verifier.rules_mut(), &settings, facts);
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

/// Returns the limits of what the issuer publishes.
#[cfg(feature = "jwks")]
fn limits(settings: &Settings) -> Limits {
    let usual = Limits::default();
    let (least, most) = settings.key_lifetime.unwrap_or(usual.lifetime);
    Limits {
        lifetime: (least, most.max(least)),
        stale: settings.max_stale.unwrap_or(usual.stale),
        pause: settings.fetch_pause.unwrap_or(usual.pause),
        wait: settings.timeout.unwrap_or(usual.wait),
    }
}

fn apply(rules: &mut Rules, settings: &Settings, facts: IssuerFacts<'_>) {
    rules.bindings = facts.server.bindings;
    rules.names.clone_from(&facts.server.names);
    facts.server.scope_prefix.inside.clone_into(&mut rules.scope_prefix);
    rules.issuer = facts.rule;
    if let Some(leeway) = settings.leeway {
        rules.leeway = leeway;
    }
    rules.required.clone_from(&settings.required);
    if let Some(provider) = &settings.provider {
        rules.provider = provider.clone();
        provider.prefix.inside(&facts.server.scope_prefix).clone_into(&mut rules.scope_prefix);
    }
    rules.mapping.clone_from(&settings.claims);
}

/// Rejects settings that do not apply to the kind of issuer.
fn reject_unused(name: &str, source: &Source, settings: &Settings, setting: &'static str, problems: &mut ProblemList) {
    #[cfg(all(feature = "jwks", feature = "introspection"))]
    let (introspects, discovers) = (settings.introspect.is_some(), matches!(source, Source::Discover));
    #[cfg(not(all(feature = "jwks", feature = "introspection")))]
    let (introspects, discovers) = (false, true);
    let (kind, fetches, reads_jwts, asks) = match source {
        #[cfg(feature = "jwks")]
        Source::Discover => ("discover", true, !introspects, introspects),
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
        (introspects, discovers, "introspect"),
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
