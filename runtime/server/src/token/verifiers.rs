//! All verifiers of a server, and which of them receives a token.

use std::{sync::Arc, time::SystemTime};

#[cfg(any(feature = "jwt", feature = "introspection"))]
use super::Issuer;
use super::{
    AcceptedBindings, ApiKeys, Claims, Clock, DynTokenVerifier, Token, TokenError, TokenVerifier as _,
    revocations::{REVOKED, Revocations},
};
#[cfg(any(feature = "jwt", feature = "introspection"))]
use super::{
    bound::{BoundIssuer, Unprepared},
    identity::whole,
    router::{ISSUER_NOT_TEXT, NO_ISSUER, Unnamed, stated_issuer},
};
#[cfg(any(feature = "jwt", feature = "introspection"))]
use crate::error::ProblemKind;
use crate::{error::ProblemList, reason::reason};
#[cfg(any(feature = "jwt", feature = "introspection"))]
use mcp_scopes_model::address::Shown;
use mcp_scopes_model::config::ScopePrefix;

/// All verifiers of a server. A token goes to exactly one:
///
/// 1. the API keys, or an issuer, whose prefix it has;
/// 2. the issuer that it names as `iss`;
/// 3. the verifier of the deployment; or, without one, the introspecting issuer, if the token names no issuer.
#[derive(Default)]
pub(crate) struct Verifiers {
    pub(super) api_keys: Option<ApiKeys>,
    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub(super) issuers: Vec<BoundIssuer>,
    pub(super) fallback: Option<Arc<dyn DynTokenVerifier>>,
    pub(super) revoked: Revocations,
}

impl Verifiers {
    /// Returns whether tokens of several issuers are accepted. The fallback counts as one.
    #[cfg(feature = "policies")]
    pub(crate) fn has_several_issuers(&self) -> bool {
        let others = usize::from(self.fallback.is_some());
        #[cfg(any(feature = "jwt", feature = "introspection"))]
        let others = others + self.issuers.len();
        others > 1
    }

    /// Returns the claims of a valid token.
    ///
    /// # Errors
    /// The token is invalid, revoked, or cannot be verified now.
    pub(crate) async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        if self.revoked.has(token) {
            return Err(REVOKED);
        }
        let verified = self.ask(token).await;
        // It may have been revoked since.
        if self.revoked.has(token) { Err(REVOKED) } else { verified }
    }

    /// Rejects a token from now on.
    pub(crate) fn revoke(&self, token: Token<'_>, until: Option<SystemTime>) {
        self.revoked.add(token, until);
    }

    async fn ask(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        if let Some(keys) = &self.api_keys
            && keys.has_prefix(token)
        {
            return keys.verify(token).await;
        }
        #[cfg(any(feature = "jwt", feature = "introspection"))]
        if !self.issuers.is_empty() {
            return self.ask_issuers(token).await;
        }
        match &self.fallback {
            Some(verifier) => verifier.verify_boxed(token).await,
            None => Err(TokenError::invalid(reason!("it is not an API key"))
                .with_help("send an API key with the prefix of this server, or add `.issuer(..)` for tokens")),
        }
    }

    #[cfg(any(feature = "jwt", feature = "introspection"))]
    async fn ask_issuers(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let hash = whole(token);
        // An issuer caches only what it has verified, so a cached token needs no routing.
        if let Some(cached) = self.issuers.iter().find_map(|issuer| issuer.cached(&hash, token)) {
            return cached;
        }
        if let Some(issuer) = self.issuers.iter().find(|issuer| issuer.has_prefix(token)) {
            return issuer.verify(hash, token).await;
        }
        // The verifier of the only issuer gives the best reason for rejecting a token.
        if let ([issuer], None) = (&*self.issuers, &self.fallback)
            && !issuer.introspects()
        {
            return issuer.verify(hash, token).await;
        }
        let stated = stated_issuer(token.expose_secret());
        let of = |stated: &String| self.issuers.iter().find(|issuer| issuer.rule.matches(stated));
        if let Some(issuer) = stated.as_ref().ok().and_then(of) {
            // The issuer is selected by an unverified `iss`. Its verifier compares that with what it finds.
            return issuer.verify(hash, token).await;
        }
        if let Some(verifier) = &self.fallback {
            return verifier.verify_boxed(token).await;
        }
        let unnamed = match stated {
            Ok(stated) => {
                let near = self.issuers.iter().find_map(|issuer| issuer.rule.near_miss(&stated));
                return Err(near.unwrap_or(NOT_CONFIGURED));
            }
            Err(unnamed) => unnamed,
        };
        let mut introspecting = self.issuers.iter().filter(|issuer| issuer.introspects() && !issuer.states_prefix());
        match (introspecting.next(), introspecting.next()) {
            (Some(issuer), None) => issuer.verify(hash, token).await,
            (None, _) if unnamed == Unnamed::Missing => Err(NO_ISSUER),
            (None, _) if unnamed == Unnamed::NotText => Err(ISSUER_NOT_TEXT),
            (None, _) => Err(TokenError::invalid(reason!(
                "it is opaque or malformed, and no issuer introspects tokens"
            ))
            .with_help(
                "let the issuer write JWTs for this resource, or introspect its tokens: `Issuer::introspection`",
            )),
            (Some(_), Some(_)) => {
                Err(TokenError::invalid(reason!("it names no issuer, and several issuers introspect tokens"))
                    .with_help("state the prefix of each issuer's tokens: `.token_prefix(..)`"))
            }
        }
    }

    /// Fetches the metadata and keys of all issuers. Returns what failed.
    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub(crate) async fn prepare(&self) -> Vec<Unprepared> {
        let all = futures_util::future::join_all(self.issuers.iter().map(BoundIssuer::prepare)).await;
        all.into_iter().filter_map(Result::err).collect()
    }

    /// Returns the issuers whose metadata or keys could not be fetched at the last attempt, with the reason.
    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub(crate) fn problems(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.issuers.iter().filter_map(|issuer| Some((issuer.name.as_str(), issuer.problem()?)))
    }
}

/// The error of a token that names an issuer that is not configured.
#[cfg(any(feature = "jwt", feature = "introspection"))]
const NOT_CONFIGURED: TokenError = TokenError::invalid(reason!("`iss` has another value than the configured issuers"))
    .with_help("add its issuer to the server, or state what tokens name as `iss`: `.token_issuer(..)`");

/// The verifiers that a builder was given, before they are bound to its facts.
#[derive(Default)]
pub(crate) struct Sources {
    pub(crate) api_keys: Option<ApiKeys>,
    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub(crate) live: Vec<Issuer>,
    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub(crate) sandbox: Vec<Issuer>,
    pub(crate) fallback: Option<Arc<dyn DynTokenVerifier>>,
}

impl Sources {
    /// Returns the advertised issuers.
    pub(crate) fn live_names(&self) -> Vec<String> {
        #[cfg(any(feature = "jwt", feature = "introspection"))]
        return names(&self.live);
        #[cfg(not(any(feature = "jwt", feature = "introspection")))]
        Vec::new()
    }

    /// Returns the advertised issuers of the sandbox.
    pub(crate) fn sandbox_names(&self) -> Vec<String> {
        #[cfg(any(feature = "jwt", feature = "introspection"))]
        return names(&self.sandbox);
        #[cfg(not(any(feature = "jwt", feature = "introspection")))]
        Vec::new()
    }

    /// Returns what is in front of every scope that clients request. There is one document and one challenge for all issuers.
    #[cfg_attr(
        not(any(feature = "jwt", feature = "introspection")),
        expect(clippy::unused_self, unused_variables, reason = "only issuers have a prefix of their own")
    )]
    pub(crate) fn scope_prefix(&self, table: ScopePrefix<'static>, problems: &mut ProblemList) -> String {
        #[cfg(any(feature = "jwt", feature = "introspection"))]
        {
            let live = self.live.iter().map(|issuer| ("issuer", issuer));
            let all = live.chain(self.sandbox.iter().map(|issuer| ("sandbox_issuer", issuer)));
            let mut all = all.map(|(setting, issuer)| (setting, issuer, issuer.scope_prefix(&table)));
            let Some((_, first, outside)) = all.next() else { return table.outside.to_owned() };
            if let Some((setting, issuer, other)) = all.find(|(_, _, other)| *other != outside) {
                let [one, another] = [outside, other].map(str::escape_debug);
                problems.add(
                    setting,
                    ProblemKind::Contradiction,
                    format!(
                        "clients request scopes with the prefix `{one}` at the issuer {}, and `{another}` at {}",
                        Shown(first.name()),
                        Shown(issuer.name())
                    ),
                    "state one prefix for all issuers: `[server.scope_prefix]` in `mcp-scopes.toml`, or \
                     `Provider::scope_prefix`",
                );
            }
            outside.to_owned()
        }
        #[cfg(not(any(feature = "jwt", feature = "introspection")))]
        table.outside.to_owned()
    }

    /// Returns what tokens state as their issuer, where that is not the issuer that is advertised.
    pub(crate) fn token_issuers(&self) -> Vec<String> {
        #[cfg(any(feature = "jwt", feature = "introspection"))]
        return self.live.iter().chain(&self.sandbox).filter_map(Issuer::token_issuer_text).collect();
        #[cfg(not(any(feature = "jwt", feature = "introspection")))]
        Vec::new()
    }

    /// Returns what issuers are called whose tokens any client can use here.
    pub(crate) fn names_without_clients(&self) -> Vec<String> {
        #[cfg(any(feature = "jwt", feature = "introspection"))]
        return self.live.iter().chain(&self.sandbox).flat_map(Issuer::names_without_clients).collect();
        #[cfg(not(any(feature = "jwt", feature = "introspection")))]
        Vec::new()
    }

    /// Returns the audiences that issuers accept besides the resources of the server.
    pub(crate) fn audiences(&self) -> Vec<String> {
        #[cfg(any(feature = "jwt", feature = "introspection"))]
        return self.live.iter().chain(&self.sandbox).flat_map(Issuer::audiences).cloned().collect();
        #[cfg(not(any(feature = "jwt", feature = "introspection")))]
        Vec::new()
    }

    /// Returns the issuers that the deployment's own verifier is bound to.
    pub(crate) fn fallback_issuers(&self) -> Vec<String> {
        let verifier = self.fallback.as_ref();
        verifier.map_or_else(Vec::new, |verifier| verifier.bound_issuers().into_iter().map(str::to_owned).collect())
    }

    /// Returns the issuers whose access tokens have no `auth_time`, each with its setting. If nothing but API keys is configured, it is they.
    #[cfg(feature = "policies")]
    pub(crate) fn without_auth_time(&self) -> Vec<(&'static str, String)> {
        #[cfg(any(feature = "jwt", feature = "introspection"))]
        {
            let live = self.live.iter().map(|issuer| ("issuer", issuer));
            let all = live.chain(self.sandbox.iter().map(|issuer| ("sandbox_issuer", issuer)));
            let lacking = all.filter(|(_, issuer)| !issuer.has_auth_time());
            let lacking: Vec<_> =
                lacking.map(|(setting, issuer)| (setting, Shown(issuer.name()).to_string())).collect();
            if !lacking.is_empty() || !self.live.is_empty() {
                return lacking;
            }
        }
        let only_keys = self.api_keys.is_some() && self.fallback.is_none();
        only_keys.then(|| ("api_keys", "API keys".to_owned())).into_iter().collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.api_keys.is_none()
            && self.fallback.is_none()
            && self.live_names().is_empty()
            && self.sandbox_names().is_empty()
    }

    /// Binds the verifiers to the facts of the server.
    #[cfg_attr(
        not(any(feature = "jwt", feature = "introspection")),
        expect(unused_variables, reason = "only issuers inherit facts")
    )]
    pub(crate) fn bind(self, facts: &Facts, problems: &mut ProblemList) -> Verifiers {
        #[cfg(any(feature = "jwt", feature = "introspection"))]
        let issuers = {
            let live = self.live.into_iter().map(|issuer| ("issuer", issuer));
            let all = live.chain(self.sandbox.into_iter().map(|issuer| ("sandbox_issuer", issuer)));
            let mut issuers: Vec<BoundIssuer> = Vec::new();
            for (setting, issuer) in all {
                let Some(issuer) = BoundIssuer::new(issuer, facts, setting, problems) else { continue };
                // One issuer may issue JWTs and opaque tokens.
                let is_same = |other: &&BoundIssuer| {
                    other.rule.overlaps(&issuer.rule) && other.introspects() == issuer.introspects()
                };
                if let Some(other) = issuers.iter().find(is_same) {
                    let message = if other.name == issuer.name {
                        format!("the issuer {} is added twice", Shown(&other.name))
                    } else {
                        let (one, other) = (Shown(&issuer.name), Shown(&other.name));
                        format!(
                            "tokens of the issuer {one} could be tokens of {other}, since both accept the same `iss`"
                        )
                    };
                    problems.add(setting, ProblemKind::Contradiction, message, "remove one of the two calls");
                }
                issuers.push(issuer);
            }
            // A JWT is verified with keys where the issuer has some.
            issuers.sort_by_key(BoundIssuer::introspects);
            if self.fallback.is_some()
                && let Some(issuer) = issuers.iter().find(|issuer| issuer.introspects() && !issuer.states_prefix())
            {
                problems.add(
                    "verifier",
                    ProblemKind::Contradiction,
                    format!(
                        "a token that names no issuer could be for this verifier or for {}, which introspects tokens",
                        Shown(&issuer.name)
                    ),
                    "add `.token_prefix(..)` to the issuer; for API keys use `.api_keys(..)`",
                );
            }
            issuers
        };
        Verifiers {
            api_keys: self.api_keys,
            #[cfg(any(feature = "jwt", feature = "introspection"))]
            issuers,
            fallback: self.fallback,
            revoked: Revocations::default(),
        }
    }
}

/// Returns each name once: one issuer may be added for JWTs and for opaque tokens.
#[cfg(any(feature = "jwt", feature = "introspection"))]
fn names(issuers: &[Issuer]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in issuers.iter().flat_map(Issuer::advertised) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What an issuer inherits from its server.
#[cfg_attr(
    not(any(feature = "jwt", feature = "introspection")),
    expect(dead_code, reason = "only issuers inherit facts")
)]
pub(crate) struct Facts {
    /// The audiences that tokens can have: the names below, and those that were added.
    pub(crate) resources: Vec<String>,
    /// The addresses under which clients know the server.
    pub(crate) names: Vec<String>,
    pub(crate) clock: Clock,
    pub(crate) bindings: AcceptedBindings,
    /// Of the table's file.
    pub(crate) scope_prefix: ScopePrefix<'static>,
}
