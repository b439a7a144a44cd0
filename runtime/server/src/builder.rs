//! The settings of a resource server.

use core::{num::NonZeroU32, time::Duration};
use std::sync::Arc;

use mcp_scopes_model::address::{Address, Shown};

use mcp_scopes::{Requirement, ScopeTable, metadata::Metadata};

use super::{
    Access, BuildError, Discovery, Environments, Hidden, PolicyHook, ResourceServer, TokenVerifier, access::Methods,
    authenticate::Authenticator, authorize::Authorizer, bind_session::SessionBinder, challenges::Challenges,
    enforce::PolicyEnforcer, engine::Engine, environment::Resolver, error::Problems, message::ParamHeaders,
    metadata::Document, origin::Origins, rate_limit::RateLimiter, read_body::BodyReader, response::ResponseFilter,
    session::Sessions, token::Clock,
};

/// How many bytes are read at most, and for how long.
#[derive(Clone, Copy, Debug)]
struct Limits {
    body: usize,
    anonymous_body: usize,
    answer: usize,
    time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 4 << 20, anonymous_body: 64 << 10, answer: 16 << 20, time: Duration::from_secs(30) }
    }
}

/// The settings of a [`ResourceServer`]. What a deployment states here goes before what the table's file states.
#[must_use = "nothing is built before `build`"]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting that is made or is not")]
pub struct ResourceServerBuilder {
    table: &'static ScopeTable,
    resource: Option<String>,
    issuers: Vec<String>,
    verifier: Option<Arc<dyn TokenVerifier>>,
    policy: Option<Arc<dyn PolicyHook>>,
    policies_elsewhere: bool,
    discovery: Discovery,
    hidden: Hidden,
    publish_all: bool,
    methods: Vec<(String, Access)>,
    origins: Vec<String>,
    any_origin: bool,
    mirrored: Vec<(String, String, Vec<String>)>,
    session_key: Option<[u8; 32]>,
    environments: Environments,
    sandbox_pace: NonZeroU32,
    limits: Limits,
    clock: Clock,
    batches: bool,
    max_age: u32,
}

/// Calls of one caller in the sandbox within a minute, as it comes.
const SANDBOX_PACE: NonZeroU32 = NonZeroU32::MIN.saturating_add(59);

impl ResourceServerBuilder {
    pub(super) fn new(table: &'static ScopeTable) -> Self {
        Self {
            table,
            resource: None,
            issuers: Vec::new(),
            verifier: None,
            policy: None,
            policies_elsewhere: false,
            discovery: Discovery::default(),
            hidden: Hidden::default(),
            publish_all: false,
            methods: Vec::new(),
            origins: Vec::new(),
            any_origin: false,
            mirrored: Vec::new(),
            session_key: None,
            environments: Environments::default(),
            sandbox_pace: SANDBOX_PACE,
            limits: Limits::default(),
            clock: Clock::default(),
            batches: false,
            max_age: 3600,
        }
    }

    /// The resource identifier of this deployment, in place of `[server] resource`: the https URL that clients use. Plain http
    /// is accepted on a loopback host.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// An issuer of this deployment, in place of `[server] authorization_servers`. Several calls add up.
    pub fn authorization_server(mut self, issuer: impl Into<String>) -> Self {
        self.issuers.push(issuer.into());
        self
    }

    /// Who tells whether a token is good.
    pub fn verifier(mut self, verifier: impl TokenVerifier) -> Self {
        self.verifier = Some(Arc::new(verifier));
        self
    }

    /// Who enforces the table's policies.
    pub fn policy(mut self, policy: impl PolicyHook) -> Self {
        self.policy = Some(Arc::new(policy));
        self
    }

    /// Says that something else enforces the table's policies. Without this and without [`policy`](Self::policy) a table that
    /// states some is refused: a limit that nobody enforces is none.
    pub fn policies_enforced_elsewhere(mut self) -> Self {
        self.policies_elsewhere = true;
        self
    }

    /// Who sees which tools. As it comes: [`Discovery::Baseline`].
    pub fn discovery(mut self, discovery: Discovery) -> Self {
        self.discovery = discovery;
        self
    }

    /// How a call of a hidden tool is answered. As it comes: [`Hidden::Challenge`]. Only [`Discovery::Filtered`] hides tools;
    /// [`Hidden::Unknown`] without it is an error.
    pub fn hidden_tools(mut self, hidden: Hidden) -> Self {
        self.hidden = hidden;
        self
    }

    /// Insists that the metadata shows all tools and scopes. It does so anyway, but in [`Discovery::Filtered`], where asking for
    /// it is an error.
    pub fn publish_all_tools(mut self) -> Self {
        self.publish_all = true;
        self
    }

    /// Who may use a method, or all methods below a slash: `resources/read`, `resources/*`, `*`. The closest fit counts. See
    /// [`Access`] for what comes with the layer.
    pub fn method(mut self, method: impl Into<String>, access: Access) -> Self {
        self.methods.push((method.into(), access));
        self
    }

    /// Accepts requests of pages of that origin: a serialized origin such as `https://app.example.com`, `vscode-webview://id`,
    /// `chrome-extension://id` or `null`. Several calls add up.
    ///
    /// By default only pages of the resource's own origin may send requests; for a resource on this machine, all pages on this machine.
    /// A request with any other `Origin` is answered with 403 (MCP 2026-07-28, "Security & Endpoint"). Clients that are not pages
    /// send no `Origin`. The metadata is public.
    ///
    /// Answers let an accepted page read them. Preflights are forwarded: a server for pages of other origins needs a CORS layer that
    /// tells browsers which methods and headers may be sent. The CORS layer may be in front of this one or behind it. In front, it
    /// must leave the exposed headers to this layer, or expose `WWW-Authenticate`, `Mcp-Session-Id` and `Mcp-Environment` itself:
    /// tower-http's `expose_headers` replaces what answers say. Browsers send `Authorization`, `Content-Type`,
    /// `MCP-Protocol-Version`, `Mcp-Session-Id`, `Mcp-Method` and `Mcp-Name` only if they are allowed.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Accepts requests of pages of every origin, so that any page a user visits can send requests to this server. Only for servers
    /// that check `Origin` elsewhere, or cannot be reached from a browser.
    pub fn allow_any_origin(mut self) -> Self {
        self.any_origin = true;
        self
    }

    /// An argument that clients mirror in a header, as the tool's input schema states with `x-mcp-header`:
    /// `.param_header("run_query", "Region", ["region"])` for `Mcp-Param-Region`.
    ///
    /// The header is compared with this argument once the call is admitted. Other `Mcp-Param-*` headers of a call of this tool are
    /// removed. For tools without a declaration all of them are forwarded unread. With `ResourceServer::rmcp` the declarations are
    /// taken from the tools' input schemas, and only declared headers are forwarded.
    pub fn param_header(
        mut self,
        tool: impl Into<String>,
        header: impl Into<String>,
        path: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.mirrored.push((tool.into(), header.into(), path.into_iter().map(Into::into).collect()));
        self
    }

    /// The key that binds sessions of older revisions to their callers. As it comes: a random one, so that sessions end with
    /// the process. Processes that share sessions need the same key.
    pub fn session_key(mut self, key: [u8; 32]) -> Self {
        self.session_key = Some(key);
        self
    }

    /// What tells the environment of a token. As it comes: nothing, all are live.
    pub fn environments(mut self, environments: Environments) -> Self {
        self.environments = environments;
        self
    }

    /// How often one caller may call in the sandbox within a minute. As it comes: 60 times. More is 429.
    pub fn sandbox_calls_per_minute(mut self, calls: NonZeroU32) -> Self {
        self.sandbox_pace = calls;
        self
    }

    /// How many bytes a request body may have. As it comes: 4 MiB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// How many bytes the body of a request without a token may have. As it comes: 64 KiB.
    pub fn anonymous_body_limit(mut self, bytes: usize) -> Self {
        self.limits.anonymous_body = bytes;
        self
    }

    /// How long the body of a request may take to arrive, from when it is waited for. As it comes: 30 seconds. A longer one is
    /// 408, whatever has arrived until then. Headers have to be timed by who reads them, which is the HTTP server.
    ///
    /// The time is that of the tokio runtime, with its timer, in which the layer is called.
    pub fn body_timeout(mut self, time: Duration) -> Self {
        self.limits.time = time;
        self
    }

    /// What time it is when it is asked whether a token has ended. As it comes: that of the system.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How many bytes an event of a stream may have, and in [`Discovery::Filtered`] an answer in JSON: both are read in full before
    /// they are sent. A longer one becomes an error. Default: 16 MiB.
    pub fn answer_limit(mut self, bytes: usize) -> Self {
        self.limits.answer = bytes;
        self
    }

    /// Accepts batches, which MCP had until 2025-03-26. Each message in one is checked; if one is refused, all are.
    pub fn allow_batches(mut self) -> Self {
        self.batches = true;
        self
    }

    /// For how many seconds clients may keep the metadata. As it comes: an hour.
    pub fn metadata_max_age(mut self, seconds: u32) -> Self {
        self.max_age = seconds;
        self
    }

    /// The resource server.
    ///
    /// # Errors
    /// A setting is wrong or missing: all of them are told at once, by name.
    pub fn build(self) -> Result<ResourceServer, BuildError> {
        let mut problems = Problems::default();
        let table = self.table;
        self.check(&mut problems);
        let document = self.document(&mut problems);
        if self.verifier.is_none() {
            problems.add("verifier", "nobody tells whether a token is good", "state who does: `.verifier(..)`");
        }
        let mut origins = Origins::default();
        for origin in &self.origins {
            if let Err(wrong) = origins.accept(origin) {
                let message = format!("{} {wrong}", Shown(origin));
                problems.add("origin", message, "write an origin such as `https://app.example.com`");
            }
        }
        if self.any_origin {
            origins.accept_any();
        }
        let methods = Methods::new(&self.methods, table, &mut problems);
        let params = ParamHeaders::new(&self.mirrored, table, &mut problems);
        let sessions = self.session_key.or_else(|| {
            let mut key = [0; 32];
            getrandom::fill(&mut key).is_ok().then_some(key)
        });
        if sessions.is_none() {
            problems.add("session_key", "the system gives no random bytes for a key", "state one: `.session_key(..)`");
        }
        let served = document.map(|(document, metadata)| {
            let challenges = Challenges { table, metadata_url: Arc::clone(&document.url) };
            let (resource, issuers) = (metadata.resource().to_owned(), metadata.authorization_servers().to_vec());
            let environments =
                Resolver::new(self.environments, table, resource, issuers, challenges.clone(), &mut problems);
            environments.resources().for_each(|resource| origins.accept_resource(resource));
            (document, challenges, Arc::new(environments))
        });
        let engine = self.verifier.zip(served).zip(sessions).map(|((verifier, served), key)| {
            let (document, challenges, environments) = served;
            let sessions = Sessions::new(&key);
            let authenticator = Arc::new(Authenticator {
                verifier,
                clock: self.clock,
                environments: Arc::clone(&environments),
                challenges: challenges.clone(),
            });
            Engine {
                table,
                document,
                origins,
                authenticator: Arc::clone(&authenticator),
                environments,
                bodies: BodyReader {
                    limit: self.limits.body,
                    anonymous_limit: self.limits.anonymous_body,
                    timeout: self.limits.time,
                    batches: self.batches,
                },
                authorizer: Authorizer {
                    table,
                    discovery: self.discovery,
                    hidden: self.hidden,
                    methods,
                    has_public: table.tools().any(|tool| matches!(tool.requirement, Requirement::Public)),
                    challenges: challenges.clone(),
                },
                params: Arc::new(params),
                sessions: SessionBinder { sessions: sessions.clone(), challenges: challenges.clone() },
                policies: PolicyEnforcer {
                    table,
                    sandbox_limiter: RateLimiter::new(self.sandbox_pace),
                    hook: self.policy,
                    challenges,
                },
                responses: ResponseFilter {
                    sessions,
                    filters_lists: self.discovery == Discovery::Filtered,
                    limit: self.limits.answer,
                    authenticator,
                },
            }
        });
        problems.finish(engine).map(ResourceServer::of)
    }

    /// What needs nothing but the settings themselves.
    fn check(&self, problems: &mut Problems) {
        let outline = self.table.outline();
        let stated = outline.tools.iter().find(|listed| !listed.tool.policy.is_none());
        let session = !outline.config.session.is_none();
        if self.policy.is_none() && !self.policies_elsewhere && (stated.is_some() || session) {
            let what = match stated {
                Some(listed) => format!("the tool `{}` states a policy", listed.tool.name),
                None => "`[session]` states limits".to_owned(),
            };
            problems.add(
                "policy",
                format!("{what}, and nothing enforces it"),
                "state what does: `.policy(..)`, or `.policies_enforced_elsewhere()` if that is the case",
            );
        }
        if self.discovery == Discovery::Filtered {
            if self.publish_all {
                problems.add(
                    "publish_all_tools",
                    "the metadata would show what `Discovery::Filtered` hides",
                    "leave out one of the two",
                );
            }
            if outline.config.baseline.is_none_or(<[_]>::is_empty) && !outline.tools.is_empty() {
                problems.add(
                    "discovery",
                    "without a baseline nobody who has no token learns what to ask for, since all else is hidden",
                    "state `baseline = [\"..\"]` under `[server]` in `mcp-scopes.toml`, or choose another mode",
                );
            }
        }
        if self.hidden == Hidden::Unknown && self.discovery != Discovery::Filtered {
            problems.add(
                "hidden_tools",
                "nothing is hidden: lists and challenges show all tools",
                "add `.discovery(Discovery::Filtered)`, or leave it out",
            );
        }
        for (setting, limit) in [
            ("body_limit", self.limits.body),
            ("anonymous_body_limit", self.limits.anonymous_body),
            ("answer_limit", self.limits.answer),
        ] {
            if limit == 0 {
                problems.add(
                    setting,
                    "a limit of no bytes lets nothing through",
                    "state a larger one, or leave it out",
                );
            }
        }
        let issuers = self.issuers.iter().map(|issuer| ("authorization_server", issuer));
        for (setting, address) in self.resource.iter().map(|resource| ("resource", resource)).chain(issuers) {
            if let Ok(parts) = Address::parse(address)
                && parts.has_user()
            {
                // The address itself is not shown: it may hold a password, and everybody reads the document.
                let message = format!("the address of `{}` holds a user in front of its host", parts.host);
                problems.add(setting, message, "leave out what stands in front of the `@`, and the `@`");
            }
        }
        if self.limits.time.is_zero() {
            problems.add("body_timeout", "no body arrives within no time", "state a longer one, or leave it out");
        }
    }

    /// The document as it is served, and as a whole.
    fn document(&self, problems: &mut Problems) -> Option<(Document, Metadata)> {
        let mut builder = self.table.metadata().allow_loopback_http();
        if let Some(resource) = &self.resource {
            builder = builder.resource(resource);
        }
        if !self.issuers.is_empty() {
            builder = builder.authorization_servers(&self.issuers);
        }
        match builder.build() {
            Ok(metadata) => {
                let shown = Document::disclosed(&metadata, self.table, self.discovery);
                Some((Document::new(&shown, self.max_age), metadata))
            }
            Err(error) => {
                problems.document(&error);
                None
            }
        }
    }
}

/// Addresses are not shown: until `build` has looked at them, they may hold a password.
impl core::fmt::Debug for ResourceServerBuilder {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ResourceServerBuilder").field("table", &self.table).finish_non_exhaustive()
    }
}
