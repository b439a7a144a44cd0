//! A metadata document as the input of rules, and its table.

use std::{ops::Range, sync::Arc};

use indexmap::IndexMap;
use mcp_scopes_model::{Risk, policy::Session};
use mcp_scopes_prm::{ConditionEntry, ContentEntry, Draft, McpExtensions, ToolEntry, ToolPolicy, json::Json};
use mcp_scopes_scan::{
    Lines,
    inventory::{ConditionDecl, Config, Parameter, Requirement, ToolFacts},
    source::{Place, Placed},
};

use super::{
    Content, ContentKind, Convention, Flow, Hints, InputKind, Listed, Policy, SandboxServer, Table, Tool,
    scopes::Scopes,
};

/// The standards that a document is checked against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// RFC 9728 and the additional requirements of MCP.
    #[default]
    Mcp,
    /// RFC 9728 alone.
    Rfc9728,
}

/// The metadata of an authorization server (RFC 8414 §2), as far as documents are compared with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationServer {
    /// Its identifier.
    pub issuer: String,
    /// The scopes that it supports, if it states them.
    pub scopes_supported: Option<Vec<String>>,
}

impl AuthorizationServer {
    /// Parses metadata. Returns `None` if it is not an object with an `issuer`, or has scopes that are no strings.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let json = Json::parse(text).ok()?;
        let scopes_supported = match json.get("scopes_supported") {
            Some(Json::Array(scopes)) => {
                Some(scopes.iter().map(|scope| scope.as_str().map(str::to_owned)).collect::<Option<_>>()?)
            }
            Some(_) => return None,
            None => None,
        };
        Some(Self { issuer: json.get("issuer")?.as_str()?.to_owned(), scopes_supported })
    }
}

/// A metadata document that is valid JSON.
#[derive(Debug)]
pub struct ParsedDocument<'a> {
    /// The file, as displayed.
    pub file: Arc<str>,
    /// Its text.
    pub text: &'a str,
    /// The parsed document and its violations.
    pub draft: &'a Draft,
    /// The standards that it is checked against.
    pub profile: Profile,
    /// The resource that it was requested for.
    pub expected_resource: Option<&'a str>,
    /// The metadata of its authorization server (RFC 8414), if it was given.
    pub authorization_server: Option<&'a AuthorizationServer>,
    /// Its table: the scopes that it advertises, and its `mcp_extensions`.
    pub table: Table,
    lines: Lines<'a>,
}

impl<'a> ParsedDocument<'a> {
    pub(crate) fn new(file: &Arc<str>, text: &'a str, draft: &'a Draft, config: Option<&Config>) -> Self {
        let look = Look { file: file.clone(), draft, lines: Lines::of(text) };
        let mut table = look.table(&config.map_or_else(String::new, |config| {
            [config.said.scope_prefix.outside.as_str(), &config.said.namespace].concat()
        }));
        table.convention = config.and_then(Convention::of);
        let (profile, expected_resource) = (Profile::Mcp, None);
        let authorization_server = None;
        Self {
            file: look.file,
            text,
            draft,
            profile,
            expected_resource,
            authorization_server,
            table,
            lines: look.lines,
        }
    }

    /// Sets the standards and the requested resource.
    pub(crate) fn asked(self, profile: Profile, expected_resource: Option<&'a str>) -> Self {
        Self { profile, expected_resource, ..self }
    }

    /// Sets the metadata of the authorization server.
    pub(crate) fn issued_by(self, authorization_server: Option<&'a AuthorizationServer>) -> Self {
        Self { authorization_server, ..self }
    }

    /// Returns the value at a JSON Pointer (RFC 6901).
    #[must_use]
    pub fn value(&self, pointer: &str) -> Option<&'a Json> {
        self.draft.json.at(pointer)
    }

    /// Returns the place of that value or of the nearest existing parent: the name of a member, or else the value
    /// itself.
    #[must_use]
    pub fn place(&self, pointer: &str) -> Place {
        let Some(spot) = self.draft.places.nearest(&self.draft.json, pointer) else {
            return Place::point(&self.file, 1, 1);
        };
        if pointer.is_empty() {
            return Place::point(&self.file, 1, 1);
        }
        self.place_of(spot.name.as_ref().unwrap_or(&spot.value))
    }

    /// Returns the byte range of a value, for fixes.
    #[must_use]
    pub fn range(&self, pointer: &str) -> Option<Range<usize>> {
        self.draft.places.find(&self.draft.json, pointer).map(|spot| spot.value.clone())
    }

    /// Returns the byte range of a member with its name, or of an element, for fixes.
    #[must_use]
    pub fn whole_range(&self, pointer: &str) -> Option<Range<usize>> {
        self.draft.places.find(&self.draft.json, pointer).map(mcp_scopes_prm::json::Spot::whole)
    }

    /// Returns the place of a byte range.
    #[must_use]
    pub fn place_of(&self, range: &Range<usize>) -> Place {
        self.lines.place(&self.file, range)
    }
}

/// Returns the pointer of a child member (RFC 6901 §3).
pub(crate) fn below(pointer: &str, name: &str) -> String {
    if name.contains(['~', '/']) {
        format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
    } else {
        [pointer, "/", name].concat()
    }
}

/// Builds the table of a document.
struct Look<'a> {
    file: Arc<str>,
    draft: &'a Draft,
    lines: Lines<'a>,
}

impl Look<'_> {
    fn place(&self, pointer: &str) -> Place {
        match self.draft.places.nearest(&self.draft.json, pointer) {
            Some(spot) if !pointer.is_empty() => {
                self.lines.place(&self.file, spot.name.as_ref().unwrap_or(&spot.value))
            }
            _ => Place::point(&self.file, 1, 1),
        }
    }

    fn placed<T>(&self, pointer: &str, value: T) -> Placed<T> {
        Placed { value, place: self.place(pointer) }
    }

    fn said<T: Copy>(&self, at: &str, member: &str, value: Option<T>) -> Option<Placed<T>> {
        value.map(|value| self.placed(&below(at, member), value))
    }

    /// Returns the strings of a list with their places. Elements of other types are left out, as in the document.
    fn list(&self, pointer: &str) -> Vec<Placed<String>> {
        let elements = self.draft.places.elements(&self.draft.json, pointer);
        let texts = elements.filter_map(|(item, spot)| Some((item.as_str()?, &spot.value)));
        let placed = |(text, at): (&str, _)| Placed { value: text.to_owned(), place: self.lines.place(&self.file, at) };
        texts.map(placed).collect()
    }

    fn table(&self, namespace: &str) -> Table {
        let document = &self.draft.document;
        let none = McpExtensions::default();
        let extensions = document.mcp_extensions.as_ref().unwrap_or(&none);
        let mut scopes = Scopes::default();
        let mut tools = Vec::with_capacity(extensions.tool_scope_mapping.len());
        for (number, (name, entry)) in extensions.tool_scope_mapping.iter().enumerate() {
            let at = below("/mcp_extensions/tool_scope_mapping", name);
            let alternatives = match entry.authenticated {
                Some(true) => vec![Vec::new()],
                _ => entry.required_scopes.clone(),
            };
            let policy = extensions.tool_interaction_policies.get(name);
            let tool = self.tool(name, entry, policy, &at);
            let written: IndexMap<&str, &Place> =
                tool.named_scopes().map(|scope| (scope.value.as_str(), &scope.place)).collect();
            scopes.opened(&alternatives, namespace, number, |text| written.get(text).unwrap_or(&&tool.place));
            for scope in tool.conditions.iter().flat_map(|condition| &condition.scopes) {
                scopes.conditional(&scope.value, namespace, number, &scope.place);
            }
            tools.push(Listed { tool: Arc::new(tool), alternatives });
        }
        let contents = self.contents(extensions);
        for scope in contents.iter().flat_map(|content| content.requirement.named_scopes()) {
            scopes.entry(&scope.value, namespace, &scope.place);
        }
        let supported = self.list("/scopes_supported");
        for scope in &supported {
            scopes.entry(&scope.value, namespace, &scope.place);
        }
        for (name, implied) in &extensions.scope_hierarchy {
            let at = below("/mcp_extensions/scope_hierarchy", name);
            if let Some(scope) = scopes.entry(name, namespace, &self.place(&at)) {
                scope.implies.clone_from(implied);
            }
            for scope in self.list(&at) {
                scopes.entry(&scope.value, namespace, &scope.place);
            }
        }
        let flows = extensions.scope_upgrade_flows.keys().map(|role| {
            let at = below("/mcp_extensions/scope_upgrade_flows", role);
            Flow { role: role.clone(), scopes: self.list(&at), place: self.place(&at) }
        });
        let session = extensions.session_policies.as_ref().map(|session| Session {
            idle_minutes: session.idle_minutes,
            max_minutes: session.max_minutes,
            max_refused_calls: session.max_refused_calls,
            max_high_risk_calls: session.max_high_risk_calls,
            require_reauth_after_minutes: session.require_reauth_after_minutes,
            block_rapid_escalation: session.block_rapid_escalation.unwrap_or_default(),
            escalation_seconds: session.escalation_seconds,
            domain: session.domain.clone(),
            server: session.server.clone(),
        });
        let risks = extensions
            .risk_policies
            .keys()
            .filter_map(|name| Some(self.placed(&below("/mcp_extensions/risk_policies", name), Risk::parse(name)?)));
        let sandbox = extensions.sandbox.as_ref().map(|sandbox| SandboxServer {
            header: sandbox.header.clone(),
            resource: sandbox.resource.clone(),
            authorization_servers: sandbox.authorization_servers.clone(),
        });
        Table {
            input: InputKind::Document,
            is_config_unread: false,
            name: self.file.to_string(),
            place: self.place("/mcp_extensions"),
            namespace: namespace.to_owned(),
            scope_prefix: String::new(),
            tools,
            scopes: scopes.list,
            contents,
            declares_scopes: false,
            supported_place: self.place("/scopes_supported"),
            supported_stated: self.draft.json.get("scopes_supported").is_some(),
            supported,
            flows: flows.collect(),
            session: session.map(|session| self.placed("/mcp_extensions/session_policies", session)),
            risks: risks.collect(),
            sandbox: sandbox.map(|sandbox| self.placed("/mcp_extensions/sandbox", sandbox)),
            resource: document.resource.clone().map(|resource| self.placed("/resource", resource)),
            issuers: self.list("/authorization_servers"),
            convention: None,
            config: None,
        }
    }

    fn contents(&self, extensions: &McpExtensions) -> Vec<Content> {
        let content = |kind, member: &str, name: &str, entry: &ContentEntry| {
            let at = below(&below("/mcp_extensions", member), name);
            let place = self.place(&at);
            let scopes = (0..entry.required_scopes.len()).map(|all| self.list(&format!("{at}/required_scopes/{all}")));
            Content {
                kind,
                risk: self.said(&at, "risk_level", entry.risk_level),
                requirement: match (entry.public, entry.authenticated) {
                    (Some(true), _) => Requirement::Public(place.clone()),
                    (_, Some(true)) => Requirement::Authenticated(place.clone()),
                    _ => Requirement::AnyOf(scopes.collect()),
                },
                name: Placed { value: name.to_owned(), place },
            }
        };
        let resources = extensions.resource_scope_mapping.iter();
        let prompts = extensions.prompt_scope_mapping.iter();
        let resources =
            resources.map(|(name, entry)| content(ContentKind::Resource, "resource_scope_mapping", name, entry));
        resources
            .chain(prompts.map(|(name, entry)| content(ContentKind::Prompt, "prompt_scope_mapping", name, entry)))
            .collect()
    }

    fn tool(&self, name: &str, entry: &ToolEntry, policy: Option<&ToolPolicy>, at: &str) -> Tool {
        let list = |member: &str| self.list(&below(at, member));
        let required = &entry.required_parameters;
        let parameter = |name: &String| Parameter { name: name.clone(), required: required.contains(name) };
        let required_scopes =
            (0..entry.required_scopes.len()).map(|place| self.list(&format!("{at}/required_scopes/{place}")));
        let place = self.place(at);
        let description = entry.description.clone().unwrap_or_default();
        let public = entry.public == Some(true);
        Tool {
            input: InputKind::Document,
            public,
            auto_approvable: self.said(at, "auto_approvable", entry.auto_approvable),
            requires_user_approval: self.said(at, "requires_user_approval", entry.requires_user_approval),
            hints: Hints::default(),
            listed: true,
            is_dynamic: false,
            own: true,
            facts: ToolFacts {
                name: Placed { value: name.to_owned(), place: place.clone() },
                title: entry.title.clone().map(|title| self.placed(&below(at, "title"), title)),
                description: self.placed(&below(at, "description"), description),
                requirement: if public {
                    Requirement::Public(place.clone())
                } else if entry.authenticated == Some(true) {
                    Requirement::Authenticated(place.clone())
                } else {
                    Requirement::AnyOf(required_scopes.collect())
                },
                conditions: self.conditions(entry, &below(at, "conditional_scopes")),
                risk: self.said(at, "risk_level", entry.risk_level),
                approval: None,
                sandbox: self.said(at, "sandbox", entry.sandbox),
                parameters: entry.parameters.as_ref().map(|names| names.iter().map(parameter).collect()),
                prerequisites: list("prerequisite_scopes"),
                grouped_with: list("commonly_grouped_with"),
                examples: list("examples"),
                policy: policy.map(|policy| self.policy(name, policy)).unwrap_or_default(),
            },
            place,
        }
    }

    fn conditions(&self, entry: &ToolEntry, at: &str) -> Vec<ConditionDecl<Place>> {
        let alternatives = entry.required_scopes.len();
        let condition = |(place, condition): (usize, &ConditionEntry)| {
            let at = below(at, &place.to_string());
            let belongs = (0..alternatives.min(64)).filter(|place| condition.applies_to(*place));
            Some(ConditionDecl {
                argument: condition.argument.clone().map(|argument| self.placed(&below(&at, "argument"), argument)),
                glob: self.placed(&below(&at, "glob"), condition.glob.clone()?),
                scopes: self.list(&below(&at, "scopes")),
                alternatives: belongs.fold(0, |bits, place| bits | 1 << place),
            })
        };
        entry.conditional_scopes.iter().enumerate().filter_map(condition).collect()
    }

    fn policy(&self, tool: &str, policy: &ToolPolicy) -> Policy {
        let at = below("/mcp_extensions/tool_interaction_policies", tool);
        let list = |member: &str| self.list(&below(&at, member));
        Policy {
            blocked_after: list("blocked_after"),
            requires_approval_after: list("requires_approval_after"),
            cooling_period_minutes: policy.cooling_period_minutes,
            idempotent: policy.idempotent.unwrap_or_default(),
            max_calls_per_session: policy.max_calls_per_session,
            requires_human_review: policy.requires_human_review.unwrap_or_default(),
            blocked_patterns: list("blocked_patterns"),
            max_file_size_mb: policy.max_file_size_mb,
        }
    }
}
