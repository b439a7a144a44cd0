//! Builds a document from the outline of a table.

use indexmap::{IndexMap, map::Entry};
use mcp_scopes_model::{Content, Outline, policy::RiskRule};

use crate::{
    ViolationKind,
    address::Loopback,
    document::Document,
    error::{EXTENSIONS, Error, ViolationList, below},
    extensions::{
        ContentEntry, McpExtensions, RiskPolicy, SandboxEntry, SessionPolicies, ToolEntry, ToolPolicy, owned,
    },
    metadata::Metadata,
    scopes::{OutsideNames, Scopes},
};

/// Builds the document of one table. Values set here override the table's configuration file.
///
/// The document keeps the order of the table: tools as listed, scopes as numbered, flows as in the file.
///
/// ```
/// use mcp_scopes_model::{Config, Outline, Risk, Tool, outline::Listed};
/// use mcp_scopes_prm::Metadata;
///
/// let tool = Tool::new("list_files", Risk::Low);
/// let tools = [Listed { tool: &tool, namespace: "", own_scope: "list_files", entry: 0 }];
/// let outline = Outline { path: "files::TOOLS", config: &Config::NONE, tools: &tools, declared: &[] };
/// let metadata = Metadata::of(&outline)
///     .resource("https://files.example.com/mcp")
///     .authorization_servers(["https://auth.example.com"])
///     .build()?;
/// assert_eq!(metadata.document().scopes_supported, ["list_files"]);
/// # Ok::<(), mcp_scopes_prm::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is built before `build`"]
pub struct Builder<'a> {
    outline: &'a Outline<'a>,
    /// Computed from the outline if it is not known.
    scopes: Option<Scopes<'a>>,
    resource: Option<String>,
    authorization_servers: Option<Vec<String>>,
    sandbox_resource: Option<String>,
    sandbox_authorization_servers: Option<Vec<String>>,
    scope_prefix: Option<String>,
    dpop_algorithms: Vec<String>,
    dpop_required: bool,
    certificate_bound_tokens: bool,
    loopback: Loopback,
}

impl Metadata {
    /// Returns a builder for the document of a table. Compiled and scanned tables use the same builder.
    pub fn of<'a>(outline: &'a Outline<'a>) -> Builder<'a> {
        Builder {
            outline,
            scopes: None,
            resource: None,
            authorization_servers: None,
            sandbox_resource: None,
            sandbox_authorization_servers: None,
            scope_prefix: None,
            dpop_algorithms: Vec::new(),
            dpop_required: false,
            certificate_bound_tokens: false,
            loopback: Loopback::Http,
        }
    }
}

impl<'a> Builder<'a> {
    /// Sets the scopes of the table, which then are not computed again.
    #[doc(hidden)]
    pub fn scopes(mut self, scopes: Scopes<'a>) -> Self {
        self.scopes = Some(scopes);
        self
    }

    /// Sets the resource identifier of this deployment. Overrides `[server] resource`.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// Sets the issuers of this deployment. Overrides `[server] authorization_servers`.
    pub fn authorization_servers(mut self, issuers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.authorization_servers = Some(issuers.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the resource identifier of the sandbox. Overrides `[sandbox] resource`.
    pub fn sandbox_resource(mut self, resource: impl Into<String>) -> Self {
        self.sandbox_resource = Some(resource.into());
        self
    }

    /// Sets the issuers of the sandbox. Overrides `[sandbox] authorization_servers`.
    pub fn sandbox_authorization_servers(mut self, issuers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.sandbox_authorization_servers = Some(issuers.into_iter().map(Into::into).collect());
        self
    }

    /// Sets what the authorization server of this deployment puts in front of every scope that clients request. Overrides `outside`
    /// under `[server.scope_prefix]`. The document names every scope with it.
    pub fn scope_prefix(mut self, outside: impl Into<String>) -> Self {
        self.scope_prefix = Some(outside.into());
        self
    }

    /// States that the server accepts access tokens that are bound to a key by DPoP (RFC 9449), with proofs of these algorithms.
    /// Default: the document does not mention DPoP.
    pub fn dpop_algorithms(mut self, algorithms: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.dpop_algorithms = algorithms.into_iter().map(Into::into).collect();
        self
    }

    /// States that the server requires every access token to be bound to a key by DPoP.
    pub fn require_dpop(mut self) -> Self {
        self.dpop_required = true;
        self
    }

    /// States that the server accepts access tokens that are bound to a client certificate (RFC 8705). Default: the document does not
    /// mention them.
    pub fn certificate_bound_tokens(mut self) -> Self {
        self.certificate_bound_tokens = true;
        self
    }

    /// Requires https for resource and issuers on every host, as RFC 9728 §1.2 and RFC 8414 §2 do, for documents that are
    /// published.
    ///
    /// By default, plain http is accepted on a loopback host, for development. Strict readers such as
    /// [`Metadata::from_json`] reject such a document.
    pub fn require_https(mut self) -> Self {
        self.loopback = Loopback::Https;
        self
    }

    /// Builds the document.
    ///
    /// # Errors
    /// Returns all violations together: a missing resource or authorization server (MCP requires at least one), values
    /// that violate RFC 9728, and inconsistencies of the table itself.
    pub fn build(self) -> Result<Metadata, Error> {
        let mut report = ViolationList::default();
        let scopes = &self.scopes.unwrap_or_else(|| Scopes::of(self.outline));
        let config = self.outline.config;
        let names = OutsideNames { prefix: self.scope_prefix.as_deref().unwrap_or(config.scope_prefix.outside) };
        let resource = self.resource.or_else(|| config.resource.map(str::to_owned));
        if resource.is_none() {
            report.add(
                ViolationKind::MissingResource,
                "/resource",
                "RFC 9728 §2",
                "missing resource: the document requires the https URL that clients use for this server",
                "state it: `resource = \"https://..\"` under `[server]` in `mcp-scopes.toml`, `--resource` on the command \
                 line, or `.resource(..)` in code",
            );
        }
        let authorization_servers = self.authorization_servers.unwrap_or_else(|| owned(config.authorization_servers));
        if authorization_servers.is_empty() {
            report.add(
                ViolationKind::MissingAuthorizationServer,
                "/authorization_servers",
                "MCP 2026-07-28, Authorization",
                "missing authorization server: MCP requires at least one",
                "state it: `authorization_servers = [\"https://..\"]` under `[server]` in `mcp-scopes.toml`, \
                 `--authorization-server` on the command line, or `.authorization_servers(..)` in code",
            );
        }
        let mut mcp_extensions = extensions(self.outline, scopes, names, &mut report);
        if let Some(resource) = self.sandbox_resource {
            mcp_extensions.sandbox.get_or_insert_default().resource = Some(resource);
        }
        if let Some(issuers) = self.sandbox_authorization_servers {
            mcp_extensions.sandbox.get_or_insert_default().authorization_servers = issuers;
        }
        let document = Document {
            resource,
            resource_name: config.resource_name.map(str::to_owned),
            authorization_servers,
            scopes_supported: scopes_supported(self.outline, scopes, names),
            bearer_methods_supported: Some(vec!["header".to_owned()]),
            resource_documentation: config.resource_documentation.map(str::to_owned),
            tls_client_certificate_bound_access_tokens: self.certificate_bound_tokens.then_some(true),
            dpop_signing_alg_values_supported: self.dpop_algorithms,
            dpop_bound_access_tokens_required: self.dpop_required.then_some(true),
            mcp_extensions: Some(mcp_extensions).filter(|extensions| *extensions != McpExtensions::default()),
            ..Document::default()
        };
        Metadata::checked(document, self.loopback, report)
    }
}

/// Returns the baseline. Without one, returns every scope that opens a tool.
fn scopes_supported(outline: &Outline<'_>, scopes: &Scopes<'_>, names: OutsideNames<'_>) -> Vec<String> {
    match outline.config.baseline {
        Some(baseline) => names.all(baseline.iter().map(|scope| scope.text)),
        None => names.all(scopes.required()),
    }
}

fn contents(contents: &[Content<'_>], names: OutsideNames<'_>) -> IndexMap<String, ContentEntry> {
    contents.iter().map(|content| (content.name.text.to_owned(), ContentEntry::of(content, names))).collect()
}

fn extensions(
    outline: &Outline<'_>,
    scopes: &Scopes<'_>,
    names: OutsideNames<'_>,
    report: &mut ViolationList,
) -> McpExtensions {
    let config = outline.config;
    let mut tools = IndexMap::with_capacity(outline.tools.len());
    let mut policies = IndexMap::new();
    for listed in outline.tools {
        let name = listed.tool.name;
        let requirement = listed.tool.requirement;
        if !requirement.needs_no_scope() && requirement.alternatives() == 0 {
            report.add(
                ViolationKind::NoScope,
                below(&below("/mcp_extensions/tool_scope_mapping", name), "required_scopes"),
                EXTENSIONS,
                format!("the tool `{}` has no scope, and is neither public nor `authenticated`", name.escape_debug()),
                "add `scope = \"..\"`, `authenticated` to open it to every valid token, or `public` to open it to every caller",
            );
        }
        match tools.entry(name.to_owned()) {
            Entry::Vacant(place) => {
                place.insert(ToolEntry::of(listed, names));
            }
            Entry::Occupied(_) => report.add(
                ViolationKind::DuplicateTool,
                below("/mcp_extensions/tool_scope_mapping", name),
                EXTENSIONS,
                format!("duplicate tool name `{}`", name.escape_debug()),
                "state each tool once, or give one of them another name",
            ),
        }
        if !listed.tool.policy.is_none() {
            policies.insert(name.to_owned(), ToolPolicy::of(&listed.tool.policy));
        }
    }
    let mut flows = IndexMap::new();
    for flow in config.flows {
        let steps = names.all(flow.scopes.iter().map(|scope| scope.text));
        if !steps.is_empty() {
            flows.insert(flow.role.to_owned(), steps);
        }
    }
    McpExtensions {
        tool_scope_mapping: tools,
        resource_scope_mapping: contents(config.resources, names),
        prompt_scope_mapping: contents(config.prompts, names),
        scope_upgrade_flows: flows,
        scope_hierarchy: hierarchy(scopes, names, report),
        tool_interaction_policies: policies,
        session_policies: SessionPolicies::of(&config.session),
        risk_policies: risks(config.risks),
        sandbox: config.sandbox.map(|sandbox| SandboxEntry {
            header: sandbox.header.map(str::to_owned),
            resource: sandbox.resource.map(str::to_owned),
            authorization_servers: owned(sandbox.authorization_servers),
            other: IndexMap::new(),
        }),
        other: IndexMap::new(),
    }
}

fn risks(rules: &[RiskRule<'_>]) -> IndexMap<String, RiskPolicy> {
    rules.iter().map(|rule| (rule.risk.as_str().to_owned(), RiskPolicy::of(rule))).collect()
}

/// Returns, for each scope, everything that it implies, directly or through other scopes. Readers look scopes up, so
/// they need the closure. A change deep in a chain also becomes visible at every scope that it widens, which a reviewer
/// of a release needs to see. The declarations themselves are in the configuration file.
fn hierarchy(
    scopes: &Scopes<'_>,
    names: OutsideNames<'_>,
    report: &mut ViolationList,
) -> IndexMap<String, Vec<String>> {
    if let Some(scope) = scopes.circular() {
        report.add(
            ViolationKind::CircularHierarchy,
            below("/mcp_extensions/scope_hierarchy", scope),
            EXTENSIONS,
            format!("the scope `{}` implies itself through other scopes", scope.escape_debug()),
            "remove one `implies` of the cycle from `[scopes]`",
        );
    }
    scopes.hierarchy().map(|(scope, implied)| (names.of(scope), names.all(implied))).collect()
}
