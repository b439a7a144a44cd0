//! The builder of a resource server: its settings.
//!
//! | module | holds |
//! |---|---|
//! | `keys` | keys of what the layer seals |
//! | `limits` | settings of sizes, times and calls |
//! | `tokens` | what tokens may be bound to, and who receives them |
//! | `checks` | checks of the settings |
//! | `policies` | settings of policies, and their engine (feature `policies`) |
//! | `build` | `build`, which makes the engine from them |

mod build;
mod checks;
mod keys;
mod limits;
#[cfg(feature = "policies")]
mod policies;
mod tokens;

use core::num::NonZeroU32;
use std::sync::Arc;

use mcp_scopes::ScopeTable;
#[cfg(feature = "audit")]
use mcp_scopes_audit::AuditSink;

use self::limits::Limits;
#[cfg(feature = "policies")]
use self::policies::PolicySettings;
#[cfg(feature = "audit")]
use super::audit::PeerOf;
#[cfg(feature = "dpop")]
use super::token::Dpop;
#[cfg(any(feature = "jwt", feature = "introspection"))]
use super::token::Issuer;
use super::{
    Access, ChallengeScopes, Discovery, Environments, HiddenTools, PolicyHook, TokenVerifier,
    policy::DynPolicyHook,
    token::{ApiKeys, Clock, Sources},
};

/// Builds a [`ResourceServer`](crate::ResourceServer). A value set here overrides the one in the table's file.
#[must_use = "nothing is built before `build`"]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting that is made or is not")]
pub struct ResourceServerBuilder {
    table: &'static ScopeTable,
    resource: Option<String>,
    other_names: Vec<String>,
    issuers: Vec<String>,
    sandbox_resource: Option<String>,
    verifiers: Sources,
    policy: Option<Arc<dyn DynPolicyHook>>,
    policies_elsewhere: bool,
    #[cfg(feature = "policies")]
    policies: PolicySettings,
    discovery: Discovery,
    hidden: HiddenTools,
    challenge_scopes: ChallengeScopes,
    also_audiences: Vec<String>,
    publish_all: bool,
    methods: Vec<(String, Access)>,
    origins: Vec<String>,
    any_origin: bool,
    mirrored: Vec<(String, String, Vec<String>)>,
    session_key: Option<[u8; 32]>,
    other_session_keys: Vec<[u8; 32]>,
    environments: Environments,
    sandbox_pace: NonZeroU32,
    limits: Limits,
    clock: Clock,
    #[cfg(feature = "dpop")]
    dpop: Option<Dpop>,
    proof_by_proxy: bool,
    batches: bool,
    exposes_token: bool,
    describes_lists: bool,
    max_age: u32,
    #[cfg(feature = "audit")]
    audit: Option<Arc<dyn AuditSink>>,
    #[cfg(feature = "audit")]
    audit_peer: Option<PeerOf>,
}

impl ResourceServerBuilder {
    pub(super) fn new(table: &'static ScopeTable) -> Self {
        Self {
            table,
            resource: None,
            other_names: Vec::new(),
            issuers: Vec::new(),
            sandbox_resource: None,
            verifiers: Sources::default(),
            policy: None,
            policies_elsewhere: false,
            #[cfg(feature = "policies")]
            policies: PolicySettings::default(),
            discovery: Discovery::default(),
            hidden: HiddenTools::default(),
            challenge_scopes: ChallengeScopes::default(),
            also_audiences: Vec::new(),
            publish_all: false,
            methods: Vec::new(),
            origins: Vec::new(),
            any_origin: false,
            mirrored: Vec::new(),
            session_key: None,
            other_session_keys: Vec::new(),
            environments: Environments::default(),
            sandbox_pace: limits::SANDBOX_PACE,
            limits: Limits::default(),
            clock: Clock::default(),
            #[cfg(feature = "dpop")]
            dpop: None,
            proof_by_proxy: false,
            batches: false,
            exposes_token: false,
            describes_lists: false,
            max_age: 3600,
            #[cfg(feature = "audit")]
            audit: None,
            #[cfg(feature = "audit")]
            audit_peer: None,
        }
    }

    /// Sets the resource identifier of this deployment: the https URL that clients use. It overrides `[server] resource`. Plain
    /// http is accepted on a loopback host.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// Adds a public name: a further resource identifier under which clients reach this server. Several calls add up.
    ///
    /// Each name has its own metadata document, at its own well-known path, which states the name as `resource`. A challenge points to
    /// the document of the name that the request was sent to. It is the configured name that fits path and host of the request
    /// (`Host` or `:authority`) best, and else the [resource](Self::resource). Neither is used for anything else: behind a proxy that
    /// changes both, a client may be sent to the document of another name.
    ///
    /// A token for any of the names is accepted at all of them: its `aud` decides, not the address of the request. Scopes, sessions,
    /// limits and the sandbox are those of the one server. Proofs of possession state the address that the client uses.
    ///
    /// ```
    /// # use mcp_scopes::{mcp_tool, scope_table};
    /// # #[mcp_tool(risk = "low")] fn list_files() {}
    /// # scope_table! { static TOOLS = [list_files]; }
    /// use mcp_scopes_server::ResourceServer;
    /// let builder = ResourceServer::builder(&TOOLS)
    ///     .resource("https://files.example.com/mcp")
    ///     .also_served_at("https://files.example.org/mcp");
    /// # let _ = builder;
    /// ```
    ///
    /// Use [`also_audience`](Self::also_audience) for a name that is only in tokens, and that clients do not use as address.
    pub fn also_served_at(mut self, resource: impl Into<String>) -> Self {
        self.other_names.push(resource.into());
        self
    }

    /// Also accepts tokens for this audience, from every issuer and verifier: for a former address of the server, or for an
    /// issuer that writes another name than the resource. Several calls add up. It trusts every token that an issuer writes for
    /// the audience. Clients are not told it: for a further address, use [`also_served_at`](Self::also_served_at). For one issuer only, use
    /// [`Provider::audience`](crate::token::Provider::audience).
    ///
    /// An audience that issuers write into the tokens of all of their applications, such as `account`, is an error. It may differ from
    /// the resource in a trailing slash alone, for an issuer that writes one: other facts that differ only in that are an error.
    pub fn also_audience(mut self, audience: impl Into<String>) -> Self {
        self.also_audiences.push(audience.into());
        self
    }

    /// Adds an issuer of access tokens. The metadata and the challenges name it, and its tokens are verified for the
    /// [resource](Self::resource). It overrides `[server] authorization_servers`. Several calls add up: a token is verified by
    /// the issuer that it names as `iss`.
    ///
    /// An issuer that is [introspected](crate::token::Issuer::introspection) also receives the tokens that name no issuer, such
    /// as opaque ones, if it is the only such issuer and no [verifier](Self::verifier) is set.
    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub fn issuer(mut self, issuer: Issuer) -> Self {
        self.verifiers.live.push(issuer);
        self
    }

    /// Adds an issuer of tokens for the sandbox. It overrides `[sandbox] authorization_servers`. Requires
    /// [`Environments::by_issuer`].
    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub fn sandbox_issuer(mut self, issuer: Issuer) -> Self {
        self.verifiers.sandbox.push(issuer);
        self
    }

    /// Sets the resource identifier of the sandbox. It overrides `[sandbox] resource`. Requires [`Environments::by_audience`].
    pub fn sandbox_resource(mut self, resource: impl Into<String>) -> Self {
        self.sandbox_resource = Some(resource.into());
        self
    }

    /// Sets API keys that this server has issued. They receive the tokens with their prefixes.
    pub fn api_keys(mut self, keys: ApiKeys) -> Self {
        self.verifiers.api_keys = Some(keys);
        self
    }

    /// Sets a verifier of the deployment. It receives the tokens that name none of the [issuers](Self::issuer) and have no
    /// prefix of the [API keys](Self::api_keys) or of an issuer. Its results are not cached: see
    /// [`TokenCache`](crate::token::TokenCache).
    ///
    /// State the issuer of its tokens as [`authorization_server`](Self::authorization_server).
    pub fn verifier(mut self, verifier: impl TokenVerifier) -> Self {
        self.verifiers.fallback = Some(Arc::new(verifier));
        self
    }

    /// Adds the authorization server of tokens that the [verifier](Self::verifier) or the [API keys](Self::api_keys) verify. It
    /// overrides `[server] authorization_servers`. Several calls add up. For an [issuer](Self::issuer) it is not needed.
    pub fn authorization_server(mut self, issuer: impl Into<String>) -> Self {
        self.issuers.push(issuer.into());
        self
    }

    /// Sets a hook that decides on calls besides the table's policies. Both must allow a call. The hook is asked first.
    pub fn policy(mut self, policy: impl PolicyHook) -> Self {
        self.policy = Some(Arc::new(policy));
        self
    }

    /// States that another component enforces the table's policies: the [hook](Self::policy), the server behind the layer, or a proxy.
    /// Default: the layer enforces them (feature `policies`, on by default). Without the feature, [`build`](Self::build) fails for a table
    /// with policies that has neither this setting nor a hook, because they would not be enforced.
    pub fn policies_enforced_elsewhere(mut self) -> Self {
        self.policies_elsewhere = true;
        self
    }

    /// Records an event for each call that is decided on, and for each request that is rejected: see
    /// [`mcp_scopes_audit`]. A call of a tool whose risk needs a place in the sink is answered with 503 if there is none.
    ///
    /// ```
    /// # use mcp_scopes::{mcp_tool, scope_table};
    /// # #[mcp_tool(risk = "low")] fn list_files() {}
    /// # scope_table! { static TOOLS = [list_files]; }
    /// use mcp_scopes_audit::TracingSink;
    /// use mcp_scopes_server::ResourceServer;
    /// let builder = ResourceServer::builder(&TOOLS).audit(TracingSink::new());
    /// # let _ = builder;
    /// ```
    #[cfg(feature = "audit")]
    pub fn audit(mut self, sink: impl AuditSink) -> Self {
        self.audit = Some(Arc::new(sink));
        self
    }

    /// Sets where the address of the peer is found, for the events of [`audit`](Self::audit). On axum with
    /// `into_make_service_with_connect_info::<SocketAddr>()`: `|extensions| Some(extensions.get::<ConnectInfo<SocketAddr>>()?.0)`. Default:
    /// events have no address.
    #[cfg(feature = "audit")]
    pub fn audit_peer(
        mut self,
        peer: impl Fn(&http::Extensions) -> Option<core::net::SocketAddr> + Send + Sync + 'static,
    ) -> Self {
        self.audit_peer = Some(Box::new(peer));
        self
    }

    /// Sets which callers see which tools. Default: [`Discovery::Baseline`].
    pub fn discovery(mut self, discovery: Discovery) -> Self {
        self.discovery = discovery;
        self
    }

    /// Sets the answer to a call of a hidden tool. Default: [`HiddenTools::Challenge`]. Only [`Discovery::Filtered`] hides tools;
    /// [`HiddenTools::Unknown`] without it is an error.
    pub fn hidden_tools(mut self, hidden: HiddenTools) -> Self {
        self.hidden = hidden;
        self
    }

    /// Adds `securitySchemes` to each tool of the table in a list of tools, and to the `_meta` of the entry: what `ChatGPT` apps read
    /// before they call a tool. Default: lists are not described. The members are those of
    /// [`ScopeTable::tools_list`](mcp_scopes::ScopeTable::tools_list), in place of any that the server itself states. Scopes are named as
    /// in the metadata, with the prefix of the issuer.
    ///
    /// The answer to `tools/list` and each event of a stream are read in full for it. One that is longer than the
    /// [limit](Self::answer_limit) becomes an error; a list that is malformed is sent unchanged, except in [`Discovery::Filtered`].
    pub fn describe_lists(mut self) -> Self {
        self.describes_lists = true;
        self
    }

    /// Sets which scopes the challenge of a denied call names. Default: [`ChallengeScopes::Needed`].
    pub fn challenge_scopes(mut self, scopes: ChallengeScopes) -> Self {
        self.challenge_scopes = scopes;
        self
    }

    /// Requires that the metadata shows all tools and scopes. This is the default, except in [`Discovery::Filtered`], where
    /// this setting is an error.
    pub fn publish_all_tools(mut self) -> Self {
        self.publish_all = true;
        self
    }

    /// Sets which callers may use a method, or all methods below a slash: `resources/read`, `resources/*`, `*`. The most
    /// specific match applies. See [`Access`] for the defaults.
    pub fn method(mut self, method: impl Into<String>, access: Access) -> Self {
        self.methods.push((method.into(), access));
        self
    }

    /// Accepts requests from pages of this origin: a serialized origin such as `https://app.example.com`,
    /// `vscode-webview://id`, `chrome-extension://id` or `null`. Several calls add up. An origin with plain `http` is one that
    /// an attacker in the network can take over.
    ///
    /// By default only pages of the resource's own origin may send requests. For a resource on a loopback host, all pages on
    /// loopback hosts may. A request with any other `Origin` is answered with 403 (MCP 2026-07-28, "Security & Endpoint").
    /// Clients that are not pages send no `Origin`. The metadata is public.
    ///
    /// Answers carry the CORS headers that let an accepted page read them. Preflights are forwarded: a server for pages of
    /// other origins needs a CORS layer that states which methods and headers browsers may send. The CORS layer may be in
    /// front of this one or behind it. In front, it must leave the exposed headers to this layer, or expose
    /// `WWW-Authenticate`, `Mcp-Session-Id` and `Mcp-Environment` itself: tower-http's `expose_headers` overwrites the header
    /// of the answer. Browsers send `Authorization`, `Content-Type`, `MCP-Protocol-Version`, `Mcp-Session-Id`, `Mcp-Method`
    /// and `Mcp-Name` only if the CORS layer allows them; with DPoP also `DPoP`.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Accepts requests from pages of every origin, so that any page a user visits can send requests to this server. Only for
    /// servers that check `Origin` elsewhere, or cannot be reached from a browser.
    pub fn allow_any_origin(mut self) -> Self {
        self.any_origin = true;
        self
    }

    /// Declares an argument that clients mirror in a header, as the tool's input schema states with `x-mcp-header`:
    /// `.param_header("run_query", "Region", ["region"])` for `Mcp-Param-Region`.
    ///
    /// The header is compared with this argument once the call is admitted. Other `Mcp-Param-*` headers of a call of this tool
    /// are removed. For tools without a declaration all of them are forwarded unread. With `mcp_scopes_rmcp::service` the
    /// declarations come from the tools' input schemas, and only declared headers are forwarded.
    pub fn param_header(
        mut self,
        tool: impl Into<String>,
        header: impl Into<String>,
        path: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.mirrored.push((tool.into(), header.into(), path.into_iter().map(Into::into).collect()));
        self
    }

    /// Sets how the environment of a token is determined. Default: every token is live.
    pub fn environments(mut self, environments: Environments) -> Self {
        self.environments = environments;
        self
    }

    /// Sets the clock with which token expiry is checked. Default: the system clock.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Accepts access tokens that are bound to a key (RFC 9449), beside plain bearer tokens or alone. Default: a token with `cnf` is
    /// rejected. The metadata states it, and each 401 has a challenge for the scheme `DPoP`.
    ///
    /// ```
    /// # use mcp_scopes::{mcp_tool, scope_table};
    /// # #[mcp_tool(risk = "low")] fn list_files() {}
    /// # scope_table! { static TOOLS = [list_files]; }
    /// use mcp_scopes_server::{ResourceServer, token::Dpop};
    /// let builder = ResourceServer::builder(&TOOLS).dpop(Dpop::new());
    /// # let _ = builder;
    /// ```
    #[cfg(feature = "dpop")]
    pub fn dpop(mut self, dpop: Dpop) -> Self {
        self.dpop = Some(dpop);
        self
    }

    /// Accepts batches, which MCP supported until 2025-03-26. Each message of a batch is checked. If one is denied, all are.
    pub fn allow_batches(mut self) -> Self {
        self.batches = true;
        self
    }
}

/// Addresses are not shown: before `build` checks them, they may hold a password.
impl core::fmt::Debug for ResourceServerBuilder {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ResourceServerBuilder").field("table", &self.table).finish_non_exhaustive()
    }
}
