//! Step 3: the environment of a request. It is resolved once, from authenticated data.
//!
//! Without a source every token is live. A token is rejected if a source does not apply to it, or if two sources disagree. A
//! request header can move a live caller into the sandbox, but no caller out of it. The header is this project's proposal. Its
//! name is set in the table's file, `[sandbox] header`, and published in the metadata.

use serde_json::Value;

use mcp_scopes::{Environment, ScopeTable, metadata::Metadata};

use super::{
    Claims,
    challenges::Challenges,
    error::{ProblemKind, ProblemList},
    head::{Head, HeaderValues},
    reason::reason,
    rejection::Rejection,
    requester::Credential,
    token::Scheme,
};

/// The header that is rejected if the server does not read it: a client that asks for the sandbox must not act on live data
/// because its header was ignored.
const USUAL_HEADER: &str = "mcp-sandbox";

/// The sources that determine the environment of a token.
///
/// ```
/// use mcp_scopes_server::Environments;
/// // `env: live` or `env: sandbox`, and the issuers have to say the same.
/// let environments = Environments::new().by_claim("env").by_issuer();
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Environments {
    sources: Vec<Source>,
    default_live: bool,
}

/// A source of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Claim(String),
    Issuer,
    Audience,
    Credential,
}

impl Environments {
    /// Creates an empty list of sources: all tokens are live.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a claim with the value `live` or `sandbox` as a source.
    pub fn by_claim(mut self, name: impl Into<String>) -> Self {
        self.sources.push(Source::Claim(name.into()));
        self
    }

    /// Adds the issuer as a source: one of `[sandbox] authorization_servers`, or one of the live server. A token that states
    /// another issuer than is advertised, or a tenant, counts as one of the advertised issuer.
    pub fn by_issuer(mut self) -> Self {
        self.sources.push(Source::Issuer);
        self
    }

    /// Adds the audience as a source: `[sandbox] resource`, or the resource of the live server.
    pub fn by_audience(mut self) -> Self {
        self.sources.push(Source::Audience);
        self
    }

    /// Adds what the verifier states as a source, for example from the prefix of a key: [`Claims::environment`].
    pub fn by_credential(mut self) -> Self {
        self.sources.push(Source::Credential);
        self
    }

    /// Accepts tokens to which a source does not apply: the other sources decide, and if none applies, the token is live.
    /// Without this such a token is rejected.
    pub fn default_live(mut self) -> Self {
        self.default_live = true;
        self
    }

    fn has(&self, source: &Source) -> bool {
        self.sources.contains(source)
    }

    pub(super) fn reads_issuer(&self) -> bool {
        self.has(&Source::Issuer)
    }

    pub(super) fn reads_audience(&self) -> bool {
        self.has(&Source::Audience)
    }
}

/// [`Environments`], with the settings of the table's file and the deployment.
#[derive(Clone, Debug)]
pub(super) struct Resolver {
    sources: Environments,
    live_issuers: Vec<String>,
    sandbox_issuers: Vec<String>,
    /// The public names of the server.
    live_resources: Vec<String>,
    /// Further audiences of live tokens.
    also_live: Vec<String>,
    sandbox_resource: Option<String>,
    /// In lower case.
    header: Option<String>,
    challenges: Challenges,
}

/// Why a request has no environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unresolved {
    /// The token states no environment, or two: 403.
    Token(&'static str),
    /// The header is invalid: 400.
    Header(&'static str),
}

/// The environment of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolved {
    pub(super) environment: Environment,
    /// Whether a header moved a live caller into the sandbox.
    #[cfg_attr(not(feature = "policies"), expect(dead_code, reason = "only policies ask"))]
    pub(super) is_moved: bool,
}

/// The result of one source: none, or an environment.
type SourceResult = Result<Option<Environment>, Unresolved>;

impl Resolver {
    pub(super) fn new(
        sources: Environments,
        table: &'static ScopeTable,
        metadata: &Metadata,
        live_resources: Vec<String>,
        challenges: Challenges,
        problems: &mut ProblemList,
    ) -> Self {
        let issuers = metadata.authorization_servers().to_vec();
        let extensions = metadata.document().mcp_extensions.as_ref();
        let published = extensions.and_then(|extensions| extensions.sandbox.as_ref());
        let sandbox_issuers = published.map_or_else(Vec::new, |sandbox| sandbox.authorization_servers.clone());
        let sandbox_resource = published.and_then(|sandbox| sandbox.resource.clone());
        if sources.has(&Source::Issuer) && sandbox_issuers.is_empty() {
            problems.add(
                "environments",
                ProblemKind::Missing,
                "`by_issuer` needs an issuer of the sandbox, and none is configured",
                "add `.sandbox_issuer(..)`, or `authorization_servers = [\"https://..\"]` under `[sandbox]` in \
                 `mcp-scopes.toml`",
            );
        }
        if sources.has(&Source::Issuer) && issuers.iter().any(|issuer| sandbox_issuers.contains(issuer)) {
            problems.add(
                "environments",
                ProblemKind::Contradiction,
                "an issuer is both live and of the sandbox, so `by_issuer` cannot distinguish them",
                "use different issuers: `.issuer(..)` for live, `.sandbox_issuer(..)` for the sandbox; or another source",
            );
        }
        if sources.has(&Source::Audience)
            && sandbox_resource.as_ref().is_none_or(|sandbox| live_resources.contains(sandbox))
        {
            problems.add(
                "environments",
                ProblemKind::Missing,
                "`by_audience` needs a resource of the sandbox, and none is configured",
                "add `.sandbox_resource(..)`, or `resource = \"https://..\"` under `[sandbox]` in `mcp-scopes.toml`",
            );
        }
        let header = table.outline().config.sandbox.and_then(|sandbox| sandbox.header).map(str::to_ascii_lowercase);
        Self {
            sources,
            live_issuers: issuers,
            sandbox_issuers,
            live_resources,
            also_live: Vec::new(),
            sandbox_resource,
            header,
            challenges,
        }
    }

    /// Also accepts tokens for these audiences, as live ones.
    pub(super) fn also_for(mut self, audiences: Vec<String>) -> Self {
        self.also_live = audiences;
        self
    }

    /// Returns the name of the header that asks for the sandbox.
    pub(super) fn header(&self) -> Option<&str> {
        self.header.as_deref()
    }

    /// Returns whether a token is meant for this server: for one of its public names, or for that of the sandbox if the audience
    /// determines the environment. Compared code point by code point (RFC 9728 §6).
    pub(super) fn is_meant_here(&self, claims: &Claims) -> bool {
        let (live, sandbox) = self.audiences_of(claims);
        live || (sandbox && self.has_sandbox_audience()) || claims.for_this_server()
    }

    fn has_sandbox_audience(&self) -> bool {
        self.sources.has(&Source::Audience)
    }

    /// Returns the addresses under which clients know this server.
    pub(super) fn resources(&self) -> impl Iterator<Item = &str> {
        let sandbox = self.sandbox_resource.as_deref().filter(|_| self.has_sandbox_audience());
        self.live_resources.iter().map(String::as_str).chain(sandbox)
    }

    /// Returns those of the [resources](Self::resources) that a token opens: that of the sandbox, or all public names of the server.
    #[cfg(feature = "dpop")]
    pub(super) fn resources_of(&self, claims: &Claims) -> &[String] {
        let (live, sandbox) = self.audiences_of(claims);
        let is_sandbox = sandbox && !live && self.has_sandbox_audience();
        let sandbox_resource = self.sandbox_resource.as_ref().filter(|_| is_sandbox);
        sandbox_resource.map_or(&*self.live_resources, core::slice::from_ref)
    }

    /// Returns the audiences that a token can have: the resources, and those that were added.
    pub(super) fn audiences(&self) -> impl Iterator<Item = &str> {
        self.resources().chain(self.also_live.iter().map(String::as_str))
    }

    /// Returns the environment of a request.
    ///
    /// # Errors
    /// 403 for a token that states no environment, 400 for an invalid header.
    pub(super) fn resolve_environment(
        &self,
        credential: Option<&Credential>,
        head: &Head<'_>,
    ) -> Result<Resolved, Rejection> {
        let claims = credential.map(|credential| &*credential.claims);
        self.resolve(claims, head).map_err(|unresolved| match unresolved {
            Unresolved::Token(reason) => {
                let scheme = credential.map_or(Scheme::Bearer, |credential| credential.scheme);
                self.challenges.unresolved_environment(reason, scheme)
            }
            Unresolved::Header(reason) => Rejection::environment(reason),
        })
    }

    fn resolve(&self, claims: Option<&Claims>, head: &Head<'_>) -> Result<Resolved, Unresolved> {
        let authenticated = claims.map_or(Ok(Environment::Live), |claims| self.of_token(claims))?;
        match self.requested_environment(head)? {
            None => Ok(Resolved { environment: authenticated, is_moved: false }),
            Some(environment @ Environment::Sandbox) => {
                Ok(Resolved { environment, is_moved: authenticated == Environment::Live })
            }
            Some(Environment::Live) => {
                Err(Unresolved::Header("a header cannot ask for the live environment; use a live token"))
            }
        }
    }

    fn of_token(&self, claims: &Claims) -> Result<Environment, Unresolved> {
        let mut told = None;
        for source in &self.sources.sources {
            let said = match source {
                Source::Claim(name) => by_claim(claims.claim(name))?,
                Source::Issuer => self.by_issuer(claims),
                Source::Audience => self.by_audience(claims)?,
                Source::Credential => claims.environment(),
            };
            match (said, told) {
                (None, _) if self.sources.default_live => {}
                (None, _) => return Err(Unresolved::Token(reason!("the token does not state its environment"))),
                (Some(said), Some(earlier)) if said != earlier => {
                    return Err(Unresolved::Token(reason!("the token states both live and sandbox")));
                }
                (said, _) => told = said,
            }
        }
        // A holder of a sandbox credential must not act on live data by mistake.
        if told != Some(Environment::Sandbox) && claims.environment() == Some(Environment::Sandbox) {
            return Err(Unresolved::Token(reason!(
                "the credential is for the sandbox, but the server does not read the environment from credentials"
            )));
        }
        Ok(told.unwrap_or(Environment::Live))
    }

    fn by_issuer(&self, claims: &Claims) -> Option<Environment> {
        // The issuer that tokens state may be another one than the metadata advertises.
        let stated = claims.advertised_issuer();
        let sandbox = self.sandbox_issuers.iter().any(|issuer| issuer == stated);
        let live = self.live_issuers.iter().any(|issuer| issuer == stated);
        if sandbox { Some(Environment::Sandbox) } else { live.then_some(Environment::Live) }
    }

    fn by_audience(&self, claims: &Claims) -> SourceResult {
        match self.audiences_of(claims) {
            (true, true) => Err(Unresolved::Token(reason!("the token is meant for both live and sandbox"))),
            (true, false) => Ok(Some(Environment::Live)),
            (false, true) => Ok(Some(Environment::Sandbox)),
            (false, false) => Ok(None),
        }
    }

    /// Returns whether the token is meant for the live server, and for the sandbox.
    fn audiences_of(&self, claims: &Claims) -> (bool, bool) {
        let has = |resource: &str| claims.audience().iter().any(|audience| audience == resource);
        let live = self.live_resources.iter().chain(&self.also_live).any(|audience| has(audience));
        let sandbox = self.sandbox_resource.as_deref().is_some_and(has);
        // The credential of this server itself has no audience, and states its environment.
        if let (false, false, true, Some(environment)) = (live, sandbox, claims.for_this_server(), claims.environment())
        {
            let sandbox = self.has_sandbox_audience() && environment == Environment::Sandbox;
            return (!sandbox, sandbox);
        }
        (live, sandbox)
    }

    /// Returns the environment that the header asks for.
    fn requested_environment(&self, head: &Head<'_>) -> SourceResult {
        if head.usual_sandbox && self.header() != Some(USUAL_HEADER) {
            return Err(Unresolved::Header("this server has no sandbox that the header `mcp-sandbox` could ask for"));
        }
        let value = match head.sandbox {
            HeaderValues::Absent => return Ok(None),
            HeaderValues::Single(value) => value,
            HeaderValues::Multiple => {
                return Err(Unresolved::Header("the header that requests the sandbox occurs twice"));
            }
        };
        match value.as_bytes() {
            b"sandbox" => Ok(Some(Environment::Sandbox)),
            b"live" => Ok(Some(Environment::Live)),
            _ => Err(Unresolved::Header("the header that asks for the sandbox has another value than `sandbox`")),
        }
    }
}

fn by_claim(value: Option<&Value>) -> SourceResult {
    match value.map(Value::as_str) {
        None => Ok(None),
        Some(Some("live")) => Ok(Some(Environment::Live)),
        Some(Some("sandbox")) => Ok(Some(Environment::Sandbox)),
        Some(_) => Err(Unresolved::Token(reason!("the token's environment is neither `live` nor `sandbox`"))),
    }
}
