//! Builds a document from the outline of a table.

use indexmap::{IndexMap, map::Entry};
use mcp_scopes_model::{Numbers, Outline, Policy, Requirement, outline::Listed, policy::Session, tool::Parameters};

use crate::{
    ViolationKind,
    address::Loopback,
    document::Document,
    error::{EXTENSIONS, Error, Report, below},
    extensions::{McpExtensions, SandboxEntry, SessionPolicies, ToolEntry, ToolPolicy},
    metadata::Metadata,
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
    resource: Option<String>,
    authorization_servers: Option<Vec<String>>,
    sandbox_resource: Option<String>,
    sandbox_authorization_servers: Option<Vec<String>>,
    loopback: Loopback,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(outline: &'a Outline<'a>) -> Self {
        Self {
            outline,
            resource: None,
            authorization_servers: None,
            sandbox_resource: None,
            sandbox_authorization_servers: None,
            loopback: Loopback::Https,
        }
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

    /// Accepts plain http for resource and issuers on a loopback host, for development. RFC 9728 §1.2 and RFC 8414 §2
    /// require https without exception, so strict readers such as [`Metadata::from_json`] reject such a document.
    pub fn allow_loopback_http(mut self) -> Self {
        self.loopback = Loopback::Http;
        self
    }

    /// Builds the document.
    ///
    /// # Errors
    /// Returns all violations together: a missing resource or authorization server (MCP requires at least one), values
    /// that violate RFC 9728, and inconsistencies of the table itself.
    pub fn build(self) -> Result<Metadata, Error> {
        let mut report = Report::default();
        // Too large for the stack.
        let numbers = &*Box::new(Numbers::of(self.outline));
        let config = self.outline.config;
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
        let mut mcp_extensions = extensions(self.outline, numbers, &mut report);
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
            scopes_supported: scopes_supported(self.outline, numbers),
            bearer_methods_supported: Some(vec!["header".to_owned()]),
            resource_documentation: config.resource_documentation.map(str::to_owned),
            mcp_extensions: Some(mcp_extensions).filter(|extensions| *extensions != McpExtensions::default()),
            ..Document::default()
        };
        Metadata::checked(document, self.loopback, report)
    }
}

/// Returns the baseline. Without one, returns every scope that opens a tool.
fn scopes_supported(outline: &Outline<'_>, numbers: &Numbers<'_>) -> Vec<String> {
    match outline.config.baseline {
        Some(baseline) => baseline.iter().map(|scope| scope.text.to_owned()).collect(),
        None => (0..numbers.required).map(|number| numbers.scopes.name(number).to_owned()).collect(),
    }
}

fn extensions(outline: &Outline<'_>, numbers: &Numbers<'_>, report: &mut Report) -> McpExtensions {
    let config = outline.config;
    let mut tools = IndexMap::with_capacity(outline.tools.len());
    let mut policies = IndexMap::new();
    for listed in outline.tools {
        let name = listed.tool.name;
        if !matches!(listed.tool.requirement, Requirement::Public) && listed.tool.requirement.alternatives() == 0 {
            report.add(
                ViolationKind::NoScope,
                below(&below("/mcp_extensions/tool_scope_mapping", name), "required_scopes"),
                EXTENSIONS,
                format!("the tool `{}` has no scope and is not public", name.escape_debug()),
                "add `scope = \"..\"`, or `public` to open it to every caller",
            );
        }
        match tools.entry(name.to_owned()) {
            Entry::Vacant(place) => {
                place.insert(tool(listed));
            }
            Entry::Occupied(_) => report.add(
                ViolationKind::DuplicateTool,
                below("/mcp_extensions/tool_scope_mapping", name),
                EXTENSIONS,
                format!("duplicate tool name `{}`", name.escape_debug()),
                "rename one of them with `#[mcp_tool(name = \"..\")]`",
            ),
        }
        if !listed.tool.policy.is_none() {
            policies.insert(name.to_owned(), policy(&listed.tool.policy));
        }
    }
    let mut flows = IndexMap::new();
    for flow in config.flows {
        let scopes: Vec<_> = flow.scopes.iter().map(|scope| scope.text.to_owned()).collect();
        if !scopes.is_empty() {
            flows.insert(flow.role.to_owned(), scopes);
        }
    }
    McpExtensions {
        tool_scope_mapping: tools,
        scope_upgrade_flows: flows,
        scope_hierarchy: hierarchy(outline, numbers, report),
        tool_interaction_policies: policies,
        session_policies: session(&config.session),
        sandbox: config.sandbox.map(|sandbox| SandboxEntry {
            header: sandbox.header.map(str::to_owned),
            resource: sandbox.resource.map(str::to_owned),
            authorization_servers: owned(sandbox.authorization_servers),
            other: IndexMap::new(),
        }),
        other: IndexMap::new(),
    }
}

fn tool(listed: &Listed<'_>) -> ToolEntry {
    let tool = listed.tool;
    let requirement = tool.requirement;
    let mut required_scopes = Vec::with_capacity(requirement.alternatives());
    for alternative in 0..requirement.alternatives() {
        let scopes = (0..).map_while(|place| requirement.scope(alternative, place, listed.own_scope));
        required_scopes.push(scopes.map(str::to_owned).collect());
    }
    let (mut parameters, mut required_parameters) = (Vec::new(), Vec::new());
    tool.parameters.for_each(&mut |parameter| {
        parameters.push(parameter.name.to_owned());
        if parameter.required {
            required_parameters.push(parameter.name.to_owned());
        }
    });
    ToolEntry {
        description: Some(tool.description.to_owned()).filter(|text| !text.is_empty()),
        risk_level: Some(tool.risk),
        public: matches!(requirement, Requirement::Public).then_some(true),
        required_scopes,
        auto_approvable: Some(tool.auto_approvable()),
        requires_user_approval: Some(tool.requires_user_approval()),
        // If the parameters are unknown, an empty list would be wrong.
        parameters: (!matches!(tool.parameters, Parameters::Unknown)).then_some(parameters),
        required_parameters,
        examples: owned(tool.examples),
        commonly_grouped_with: owned(tool.grouped_with),
        prerequisite_scopes: owned(tool.prerequisites),
        sandbox: tool.sandbox,
        other: IndexMap::new(),
    }
}

fn policy(policy: &Policy<'_>) -> ToolPolicy {
    ToolPolicy {
        blocked_after: owned(policy.blocked_after),
        requires_approval_after: owned(policy.requires_approval_after),
        cooling_period_minutes: policy.cooling_period_minutes,
        max_calls_per_session: policy.max_calls_per_session,
        requires_human_review: policy.requires_human_review.then_some(true),
        blocked_patterns: owned(policy.blocked_patterns),
        max_file_size_mb: policy.max_file_size_mb,
        other: IndexMap::new(),
    }
}

fn session(session: &Session) -> Option<SessionPolicies> {
    (!session.is_none()).then(|| SessionPolicies {
        max_high_risk_calls: session.max_high_risk_calls,
        require_reauth_after_minutes: session.require_reauth_after_minutes,
        block_rapid_escalation: session.block_rapid_escalation.then_some(true),
        other: IndexMap::new(),
    })
}

/// Returns, for each scope, everything that it implies, directly or through other scopes. Readers look scopes up, so
/// they need the closure. A change deep in a chain also becomes visible at every scope that it widens, which a reviewer
/// of a release needs to see. The declarations themselves are in the configuration file.
fn hierarchy(outline: &Outline<'_>, numbers: &Numbers<'_>, report: &mut Report) -> IndexMap<String, Vec<String>> {
    let name = |number: usize| numbers.scopes.name(number).to_owned();
    let closed = match numbers.hierarchy(outline).close() {
        Ok(closed) => closed,
        Err(number) => {
            report.add(
                ViolationKind::CircularHierarchy,
                below("/mcp_extensions/scope_hierarchy", &name(number)),
                EXTENSIONS,
                format!("the scope `{}` implies itself through other scopes", name(number).escape_debug()),
                "remove one `implies` of the cycle from `[scopes]`",
            );
            return IndexMap::new();
        }
    };
    let mut hierarchy = IndexMap::new();
    if closed.is_empty() {
        return hierarchy;
    }
    for from in 0..numbers.scopes.len() {
        let implied: Vec<_> = (0..numbers.scopes.len()).filter(|to| closed.has(from, *to)).map(name).collect();
        if !implied.is_empty() {
            hierarchy.insert(name(from), implied);
        }
    }
    hierarchy
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
