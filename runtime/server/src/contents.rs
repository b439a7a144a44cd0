//! What opens resources and prompts: `[resources]` and `[prompts]` of the table's file.

use std::borrow::Cow;

use mcp_scopes::{__private::v1, Caller, Requirement, ScopeTable};
#[cfg(any(feature = "audit", feature = "policies"))]
use mcp_scopes_model::Risk;
use mcp_scopes_model::{Content, Environment, content::is_template};

use super::{
    access::Methods,
    error::{ProblemKind, ProblemList},
    message::{Message, Reference},
    resource_uri::deciding,
};

/// Completes an argument of a prompt or of a URI template.
pub(super) const COMPLETE: &str = "completion/complete";
/// Opens a stream of notifications (MCP 2026-07-28, "Subscriptions").
pub(super) const LISTEN: &str = "subscriptions/listen";
/// The methods that read resources. The first two list them.
pub(super) const RESOURCE_METHODS: [&str; 6] = [
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "resources/subscribe",
    "resources/unsubscribe",
    // An extension: the resources below one.
    "resources/directory/read",
];
/// The methods that read prompts. The first one lists them.
pub(super) const PROMPT_METHODS: [&str; 2] = ["prompts/list", "prompts/get"];

/// What a read counts as whose entries state no risk, or that has no entry: it changes nothing.
#[cfg(any(feature = "audit", feature = "policies"))]
pub(super) const UNSTATED_RISK: Risk = Risk::Low;

/// Returns whether MCP lets clients cache the responses to a method (MCP 2026-07-28, "Caching"). The lists of tools have a rule of their
/// own.
pub(super) fn is_cacheable(method: &str) -> bool {
    method.starts_with("resources/") || method.starts_with("prompts/")
}

/// The entries of a table's file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contents {
    resources: &'static [Content<'static>],
    prompts: &'static [Content<'static>],
}

/// What a request names.
#[derive(Clone, Debug)]
pub enum Named<'m> {
    /// A resource, by its URI.
    Resource(Cow<'m, str>),
    /// The resources of a URI template.
    Template(Cow<'m, str>),
    /// A prompt, by its name.
    Prompt(Cow<'m, str>),
}

/// What a message reads.
#[derive(Debug)]
pub(super) enum Reads<'m> {
    /// No resource and no prompt that entries decide about.
    Other,
    /// A list, which is filtered, or a stream that names no resource.
    List,
    /// All of these.
    Named(Vec<Named<'m>>),
    /// The message does not name what it reads.
    Unnamed,
}

impl Contents {
    /// Returns what a message reads, if entries decide about its method.
    pub(super) fn reads<'m>(self, message: &'m Message<'_>) -> Reads<'m> {
        let params = &message.params;
        let one = |named: Option<Named<'m>>| named.map_or(Reads::Unnamed, |named| Reads::Named(vec![named]));
        let method = &*message.method;
        match method {
            "resources/list" | "resources/templates/list" if self.has_resources() => Reads::List,
            "prompts/list" if self.has_prompts() => Reads::List,
            "prompts/get" if self.has_prompts() => {
                one(params.name.as_deref().map(|name| Named::Prompt(Cow::Borrowed(name))))
            }
            COMPLETE if self.is_stated() => one(params.reference.as_deref().and_then(referred)),
            LISTEN if self.is_stated() => match params.subscription.as_deref() {
                None => Reads::List,
                Some(subscription) if subscription.is_malformed => Reads::Unnamed,
                Some(subscription) if subscription.uris.is_empty() => Reads::List,
                Some(subscription) => {
                    let uris = subscription.uris.iter().map(|uri| Named::Resource(Cow::Borrowed(uri)));
                    Reads::Named(uris.collect())
                }
            },
            _ if self.has_resources() && RESOURCE_METHODS.contains(&method) => {
                one(params.uri.as_deref().map(|uri| Named::Resource(Cow::Borrowed(uri))))
            }
            _ => Reads::Other,
        }
    }

    pub(super) fn of(table: &'static ScopeTable) -> Self {
        let config = table.outline().config;
        Self { resources: config.resources, prompts: config.prompts }
    }

    /// Returns whether the file has entries for resources.
    pub(super) const fn has_resources(self) -> bool {
        !self.resources.is_empty()
    }

    /// Returns whether the file has entries for prompts.
    pub(super) const fn has_prompts(self) -> bool {
        !self.prompts.is_empty()
    }

    /// Returns whether the file has any entry.
    pub(crate) const fn is_stated(self) -> bool {
        self.has_resources() || self.has_prompts()
    }

    /// Returns whether callers without a token can read something.
    pub(super) fn has_public(self) -> bool {
        self.resources.iter().chain(self.prompts).any(|content| matches!(content.requirement, Requirement::Public))
    }

    /// Returns the entries that all have to admit the caller, or an empty list if none covers what is named: it is denied then.
    pub(super) fn deciding(self, named: &Named<'_>) -> Vec<&'static Content<'static>> {
        let equal = |list: &'static [Content<'static>], text: &str| {
            list.iter().filter(|content| content.name.text == text).collect::<Vec<_>>()
        };
        match named {
            Named::Prompt(name) => equal(self.prompts, name),
            Named::Template(text) if is_template(text) => equal(self.resources, text),
            // A completion may name a resource without variables.
            Named::Template(uri) | Named::Resource(uri) => deciding(self.resources, |content| content.name.text, uri),
        }
    }

    /// Returns the entries that decide about a message which names one resource or prompt.
    #[cfg(feature = "audit")]
    pub(super) fn deciding_on(self, message: &Message<'_>) -> Vec<&'static Content<'static>> {
        match self.reads(message) {
            Reads::Named(named) if message.method != LISTEN => {
                named.iter().flat_map(|named| self.deciding(named)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns the scopes that the caller lacks, none if nothing opens what is named; `None` if it is open, or if no entry decides about
    /// its kind.
    pub(crate) fn denial(self, caller: &Caller, named: &Named<'_>) -> Option<Vec<&'static str>> {
        (!self.is_open(caller, named)).then(|| needed(caller, &self.deciding(named)))
    }

    /// Returns whether the caller may read what is named, or no entry decides about its kind.
    pub(crate) fn is_open(self, caller: &Caller, named: &Named<'_>) -> bool {
        let is_decided = match named {
            Named::Resource(_) | Named::Template(_) => self.has_resources(),
            Named::Prompt(_) => self.has_prompts(),
        };
        !is_decided || self.shows(caller, named)
    }

    /// Returns whether the caller may see an element of a list.
    pub(crate) fn shows(self, caller: &Caller, named: &Named<'_>) -> bool {
        let deciding = self.deciding(named);
        let is_live = caller.environment() == Environment::Live;
        is_live && !deciding.is_empty() && deciding.iter().all(|content| admits(caller, content))
    }
}

/// Returns what a completion is about.
fn referred<'m>(reference: &'m Reference<'_>) -> Option<Named<'m>> {
    let text = |text: &'m Option<Cow<'_, str>>| text.as_deref();
    match (text(&reference.kind)?, text(&reference.name), text(&reference.uri)) {
        _ if reference.is_malformed => None,
        ("ref/prompt", Some(name), None) => Some(Named::Prompt(Cow::Borrowed(name))),
        ("ref/resource", None, Some(uri)) => Some(Named::Template(Cow::Borrowed(uri))),
        _ => None,
    }
}

/// Returns whether what these entries open depends on the caller.
pub(super) fn depend_on_caller(deciding: &[&'static Content<'static>]) -> bool {
    deciding.iter().any(|content| !matches!(content.requirement, Requirement::Public))
}

/// Returns whether an entry admits a caller.
pub(super) fn admits(caller: &Caller, content: &Content<'static>) -> bool {
    match content.requirement {
        Requirement::Public => true,
        Requirement::Authenticated => !caller.grant().is_anonymous(),
        requirement => (0..requirement.alternatives()).any(|place| {
            let mut scopes = scopes(requirement, place);
            !caller.grant().is_anonymous() && scopes.all(|scope| caller.grant().holds(scope))
        }),
    }
}

/// Returns the scopes to ask for, so that these entries admit the caller: of each, the alternative that newly opens the fewest tools,
/// then the one with the fewest scopes that are neither held nor asked for by then. Entries without a choice come first.
pub(super) fn needed(caller: &Caller, deciding: &[&'static Content<'static>]) -> Vec<&'static str> {
    let mut closed: Vec<_> = deciding.iter().enumerate().filter(|(_, content)| !admits(caller, content)).collect();
    closed.sort_by_key(|(_, content)| content.requirement.alternatives());
    let mut needed: Vec<(usize, &'static str)> = Vec::new();
    for (place, content) in closed {
        let is_new = |needed: &[(usize, &str)], scope: &str| needed.iter().all(|(_, other)| *other != scope);
        let is_missing = |scope: &&'static str| !caller.grant().holds(scope) && is_new(&needed, scope);
        let step = |alternative: &usize| {
            let with = || scopes(content.requirement, *alternative);
            let asked = needed.iter().map(|(_, scope)| *scope);
            let opened = v1::count_tools_opened_with(caller.grant(), asked.chain(with()));
            (opened, with().filter(is_missing).count())
        };
        let Some(least) = (0..content.requirement.alternatives()).min_by_key(step) else { continue };
        for scope in scopes(content.requirement, least) {
            if is_new(&needed, scope) {
                needed.push((place, scope));
            }
        }
    }
    // In the order of the entries.
    needed.sort_by_key(|(place, _)| *place);
    needed.into_iter().map(|(_, scope)| scope).collect()
}

fn scopes(requirement: Requirement<'static>, alternative: usize) -> impl Iterator<Item = &'static str> {
    (0..).map_while(move |place| requirement.scope(alternative, place, ""))
}

/// Returns the highest risk that entries state.
#[cfg(any(feature = "audit", feature = "policies"))]
pub(super) fn risk_of(entries: &[&'static Content<'static>]) -> Option<Risk> {
    entries.iter().filter_map(|content| content.risk).max()
}

/// Returns the scopes of all alternatives of entries, each once.
#[cfg(feature = "audit")]
pub(super) fn all_scopes<'e>(entries: impl IntoIterator<Item = &'e &'static Content<'static>>) -> Vec<&'static str> {
    let mut all = Vec::new();
    for content in entries {
        let requirement = content.requirement;
        for scope in (0..requirement.alternatives()).flat_map(|place| scopes(requirement, place)) {
            if !all.contains(&scope) {
                all.push(scope);
            }
        }
    }
    all
}

/// A capability that a server advertises: its name, and the section of the file and the method that open it.
const CAPABILITIES: [(&str, &str, &str); 3] = [
    ("resources", "[resources.\"app://*\"]", "resources/list"),
    ("prompts", "[prompts.\"name\"]", "prompts/list"),
    ("completions", "[prompts.\"name\"]", COMPLETE),
];

/// Adds a problem for each advertised capability whose methods nothing opens: clients would receive "method not found".
pub(super) fn compare_capabilities(
    advertised: &[&str],
    contents: Contents,
    methods: &Methods,
    problems: &mut ProblemList,
) {
    for (name, section, method) in CAPABILITIES.into_iter().filter(|(name, ..)| advertised.contains(name)) {
        let is_opened = match name {
            "resources" => contents.has_resources(),
            "prompts" => contents.has_prompts(),
            _ => contents.is_stated(),
        };
        if is_opened || methods.states(method) {
            continue;
        }
        let pattern = method.split_once('/').filter(|_| method != COMPLETE).map(|(kind, _)| format!("{kind}/*"));
        let pattern = pattern.as_deref().unwrap_or(method);
        problems.add(
            "get_info",
            ProblemKind::Contradiction,
            format!("the handler advertises `{name}`, and nothing opens `{method}`, so the layer answers \"method not found\""),
            format!(
                "add `{section}` with a `scope` to `mcp-scopes.toml`, or `.method(\"{pattern}\", Access::Token)` to the builder \
                 (`Access::Denied` to keep it closed)"
            ),
        );
    }
}
