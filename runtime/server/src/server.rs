//! The resource server: what its settings have become.

use core::{convert::Infallible, fmt, future::Ready, task::Poll, time::Duration};
use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower_layer::Layer;
use tower_service::Service;

use mcp_scopes::{__private::v1, Caller, Challenge, ScopeTable};

use super::message::DeclaredParams;
use super::{
    Builder, Claims, Discovery, Hidden, PolicyHook, ResourceServerService, TokenError, TokenErrorKind, TokenVerifier,
    access::Methods,
    environment::{Resolver, Unresolved},
    head::Head,
    message::ParamHeaders,
    metadata::Document,
    origin::Origins,
    rate_limit::RateLimiter,
    refusal::Refusal,
    session::Sessions,
    token::Clock,
    trace::Step,
};

/// An OAuth 2.1 resource server made from a scope table. It is a tower [`Layer`]; cloning it is cheap.
///
/// ```
/// # use mcp_scopes::{mcp_tool, scope_table};
/// # use mcp_scopes_server::{Claims, Token, TokenError, TokenVerifier, Verification};
/// # #[mcp_tool(risk = "low")] fn list_files() {}
/// # scope_table! { static TOOLS = [list_files]; }
/// # struct Verifier;
/// # impl TokenVerifier for Verifier {
/// #     fn verify<'a>(&'a self, _: Token<'a>) -> Verification<'a> { Box::pin(async { Err(TokenError::invalid("")) }) }
/// # }
/// use mcp_scopes_server::ResourceServer;
/// let server = ResourceServer::new(&TOOLS)
///     .resource("https://files.example.com/mcp")
///     .authorization_server("https://auth.example.com")
///     .verifier(Verifier)
///     .build()?;
/// assert_eq!(server.metadata_url(), "https://files.example.com/.well-known/oauth-protected-resource/mcp");
/// # Ok::<(), mcp_scopes_server::BuildError>(())
/// ```
#[derive(Clone)]
pub struct ResourceServer {
    settings: Arc<Settings>,
}

pub(super) struct Settings {
    pub(super) table: &'static ScopeTable,
    pub(super) document: Document,
    pub(super) resource: String,
    pub(super) verifier: Arc<dyn TokenVerifier>,
    pub(super) policy: Option<Arc<dyn PolicyHook>>,
    pub(super) discovery: Discovery,
    pub(super) hidden: Hidden,
    pub(super) methods: Methods,
    pub(super) origins: Origins,
    pub(super) params: Arc<ParamHeaders>,
    pub(super) sessions: Sessions,
    pub(super) environments: Resolver,
    pub(super) pace: RateLimiter,
    pub(super) limits: Limits,
    pub(super) clock: Clock,
    pub(super) batches: bool,
    /// Whether callers without a token can reach a tool.
    pub(super) has_public: bool,
}

/// How many bytes are read at most, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) body: usize,
    pub(super) anonymous_body: usize,
    pub(super) answer: usize,
    pub(super) time: Duration,
}

impl Limits {
    /// For the body of a request.
    pub(super) fn body_of(&self, caller: &Caller) -> usize {
        if caller.grant().is_anonymous() { self.anonymous_body.min(self.body) } else { self.body }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 4 << 20, anonymous_body: 64 << 10, answer: 16 << 20, time: Duration::from_secs(30) }
    }
}

impl ResourceServer {
    /// Begins the settings of a server with these tools.
    #[expect(clippy::new_ret_no_self, reason = "what there is before `build` is the settings")]
    pub fn new(table: &'static ScopeTable) -> Builder {
        Builder::new(table)
    }

    pub(super) fn of(settings: Settings) -> Self {
        Self { settings: Arc::new(settings) }
    }

    /// The layer in front of a server that tells which arguments of its tools are mirrored in headers.
    pub(super) fn layer_with<S>(&self, inner: S, told: Arc<dyn DeclaredParams>) -> ResourceServerService<S> {
        let params = Arc::new(self.settings.params.told_by(told));
        ResourceServerService::new(Arc::clone(&self.settings), params, inner)
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The service that serves the metadata, for a router that does not send those requests through the layer. The layer
    /// itself answers them, too.
    #[must_use]
    pub fn well_known(&self) -> WellKnown {
        WellKnown { settings: Arc::clone(&self.settings) }
    }

    /// The paths of the metadata: path-inserted (RFC 9728 §3.1), and root, which for a resource without a path is the same. Of
    /// several servers in one router only one can have the root.
    ///
    /// Only a router that sends nothing but the path of the server through the layer needs them, with
    /// [`well_known`](Self::well_known).
    pub fn metadata_paths(&self) -> impl Iterator<Item = &str> {
        let [first, root] = self.settings.document.paths();
        core::iter::once(first).chain((root != first).then_some(root))
    }

    /// The address of the metadata, which challenges name.
    #[must_use]
    pub fn metadata_url(&self) -> &str {
        &self.settings.document.url
    }
}

impl<S> Layer<S> for ResourceServer {
    type Service = ResourceServerService<S>;

    fn layer(&self, inner: S) -> ResourceServerService<S> {
        ResourceServerService::new(Arc::clone(&self.settings), Arc::clone(&self.settings.params), inner)
    }
}

impl fmt::Debug for ResourceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceServer").field("resource", &self.settings.resource).finish_non_exhaustive()
    }
}

impl Settings {
    /// Whether what a verified token says counts here and now.
    ///
    /// # Errors
    /// It is expired, not for this server, or bound to a key.
    pub(super) fn counts(&self, claims: &Claims) -> Result<(), TokenError> {
        if claims.expiry().is_some_and(|end| end <= self.clock.now()) {
            return Err(TokenError::EXPIRED);
        }
        if !self.environments.is_meant_here(claims) {
            return Err(TokenError::FOREIGN);
        }
        // A verifier of the server's own may hand over such claims as well.
        if claims.has_confirmation() {
            return Err(TokenError::BOUND);
        }
        Ok(())
    }

    /// The caller, with the environment of the request.
    pub(super) fn caller(&self, claims: Option<&Claims>, head: &Head<'_>) -> Result<Caller, Refusal> {
        let environment = self.environments.resolve(claims, head).map_err(|unresolved| match unresolved {
            Unresolved::Token(why) => {
                let refusal = self.challenge(v1::challenge_forbidden().description(why), why);
                refusal.at(Step::Environment).because(why)
            }
            Unresolved::Header(why) => Refusal::environment(why),
        })?;
        let grant = claims.map_or_else(|| self.table.anonymous(), |claims| claims.grant(self.table));
        Ok(Caller::new(grant, environment))
    }

    /// What a token says, if it is good.
    pub(super) fn verified(&self, verified: Result<Arc<Claims>, TokenError>) -> Result<Arc<Claims>, Refusal> {
        let error = match verified {
            Ok(claims) => match self.counts(&claims) {
                Ok(()) => return Ok(claims),
                Err(error) => error,
            },
            Err(error) => error,
        };
        Err(match error.kind() {
            TokenErrorKind::Invalid => {
                let challenge = Challenge::invalid_token(self.table).description(error.reason());
                self.challenge(challenge, error.to_string()).at(Step::Token).because(error.reason())
            }
            TokenErrorKind::Unavailable => Refusal::unavailable(error),
        })
    }

    /// The answer for a caller without a token who is to get one.
    pub(super) fn unauthorized(&self) -> Refusal {
        self.challenge(Challenge::unauthorized(self.table), "this needs an access token")
    }

    /// The answer for a replay of events that were sent to a grant with these scopes.
    pub(super) fn uncovered(&self, scopes: &[&'static str]) -> Refusal {
        let text = "the stream was opened with scopes that the token does not grant";
        self.challenge(v1::challenge_naming(scopes, false), text)
    }

    /// The answer for credentials in the wrong place, or more than one.
    pub(super) fn malformed(&self, wrong: &'static str) -> Refusal {
        self.challenge(Challenge::invalid_request().description(wrong), wrong).at(Step::Token).because(wrong)
    }

    pub(super) fn challenge(&self, challenge: Challenge<'_>, text: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal::challenge(&challenge.resource_metadata(&self.document.url), text)
    }
}

/// Serves the metadata at its two paths, with GET and HEAD.
#[derive(Clone)]
pub struct WellKnown {
    settings: Arc<Settings>,
}

impl<B> Service<Request<B>> for WellKnown {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut core::task::Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let document = &self.settings.document;
        let mut response = document.answer(request.method());
        if !document.is_at(request.uri().path()) {
            response = Response::default();
            *response.status_mut() = http::StatusCode::NOT_FOUND;
        }
        core::future::ready(Ok(response))
    }
}

impl fmt::Debug for WellKnown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WellKnown").field(&self.settings.document.url).finish()
    }
}
