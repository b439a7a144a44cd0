//! A server, prepared for display: which scope opens which tool, at which risk.

use std::{borrow::Cow, collections::BTreeSet};

use mcp_scopes_model::{Risk, SandboxMode};
use mcp_scopes_prm::SandboxEntry;

use super::{limit_graph::LimitGraph, words};

/// The index of a scope in [`Server::scopes`].
pub(super) type ScopeId = usize;
/// The index of a tool in [`Server::tools`].
pub(super) type ToolId = usize;

/// The index of a resource or prompt in [`Server::contents`].
pub(super) type ContentId = usize;

/// The contents of a page.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) name: String,
    pub(super) resource: Option<String>,
    /// The version of the server's package.
    pub(super) version: Option<String>,
    /// The date to show, as in `2027-02-19`.
    pub(super) date: Option<String>,
    pub(super) issuers: Vec<String>,
    pub(super) baseline: Vec<ScopeId>,
    /// The prefix that most scopes have in common, if it is long.
    pub(super) prefix: Option<String>,
    pub(super) scopes: Vec<Scope>,
    pub(super) tools: Vec<Tool>,
    /// The entries for resources, then those for prompts; of each kind, the riskiest first.
    pub(super) contents: Vec<Content>,
    /// The groups of tools, those with the worst risk first.
    pub(super) groups: Vec<Group>,
    pub(super) flows: Vec<Flow>,
    /// The hierarchy of scopes without transitive edges, in order.
    pub(super) edges: Vec<(ScopeId, ScopeId)>,
    /// Which use in a session limits which tool.
    pub(super) limits: LimitGraph,
    /// The limits of a session and of calls of each risk, in words.
    pub(super) session: Vec<String>,
    pub(super) sandbox: Option<SandboxEntry>,
}

#[derive(Debug)]
pub(super) struct Scope {
    pub(super) name: String,
    /// Its anchor on the page.
    pub(super) anchor: String,
    pub(super) description: Option<String>,
    /// The scopes that its holder also holds.
    pub(super) implies: Vec<ScopeId>,
    /// What it opens alone, with all that it implies. What is public is not included.
    pub(super) opens: Reach,
    pub(super) source: Option<Source>,
}

/// What a scope or a step opens.
#[derive(Debug, Default)]
pub(super) struct Reach {
    pub(super) tools: Vec<ToolId>,
    pub(super) contents: Vec<ContentId>,
}

impl Reach {
    pub(super) fn is_empty(&self) -> bool {
        self.tools.is_empty() && self.contents.is_empty()
    }
}

/// The kind of a [`Content`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContentKind {
    Resource,
    Prompt,
}

impl ContentKind {
    pub(super) const ALL: [Self; 2] = [Self::Resource, Self::Prompt];

    /// Returns its name, in lower case.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Prompt => "prompt",
        }
    }
}

/// An entry for resources or for a prompt.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) kind: ContentKind,
    /// The glob or the template of URIs, or the name of the prompt.
    pub(super) name: String,
    /// Its anchor on the page.
    pub(super) anchor: String,
    pub(super) description: Option<String>,
    pub(super) risk: Option<Risk>,
    pub(super) needs: Needs,
    pub(super) source: Option<Source>,
}

#[derive(Debug)]
pub(super) struct Tool {
    pub(super) name: String,
    /// Its anchor on the page.
    pub(super) anchor: String,
    pub(super) description: Option<String>,
    pub(super) risk: Option<Risk>,
    pub(super) needs: Needs,
    /// What some calls need in addition, in words.
    pub(super) conditions: Vec<String>,
    /// The scopes that some calls need in addition.
    pub(super) further: BTreeSet<ScopeId>,
    pub(super) approval: Option<&'static str>,
    pub(super) sandbox: Option<SandboxMode>,
    /// The names of its parameters, and whether each is required.
    pub(super) parameters: Option<Vec<(String, bool)>>,
    pub(super) examples: Vec<String>,
    pub(super) together: Vec<String>,
    /// The scopes that a caller should hold first.
    pub(super) before: Vec<ScopeId>,
    /// Its limits, in words.
    pub(super) policy: Vec<String>,
    pub(super) source: Option<Source>,
}

/// A place in the source.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// The file in its repository, and the line.
    pub(super) shown: String,
    pub(super) url: String,
}

/// The requirement of a tool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Needs {
    /// Any of these sets, each held completely.
    AnyOf(Vec<Vec<ScopeId>>),
    /// A valid token, whatever its scopes.
    Authenticated,
    /// The tool is public.
    Public,
    /// The document states no requirement.
    Unstated,
}

/// A group of tools.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) title: Title,
    /// The tools, the riskiest first.
    pub(super) tools: Vec<ToolId>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Title {
    Needs(Needs),
    Risk(Option<Risk>),
}

/// A role and its steps.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) role: String,
    /// The scope of each step, and what it opens in addition.
    pub(super) steps: Vec<(ScopeId, Reach)>,
}

/// The relation of a scope to a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// It opens the tool.
    Opens,
    /// It implies a scope that opens the tool.
    Implies,
    /// It opens the tool together with other scopes.
    WithOthers,
    None,
}

impl Server {
    /// Returns what each scope opens in addition to the previous scopes.
    pub(super) fn steps(&self, scopes: &[ScopeId]) -> Vec<(ScopeId, Reach)> {
        let mut held = BTreeSet::new();
        let is_closed = |needs: &Needs| !needs.are_met(&BTreeSet::new());
        let mut tools: Vec<(ToolId, &Needs)> = self.tools.iter().map(|tool| &tool.needs).enumerate().collect();
        let mut contents: Vec<(ContentId, &Needs)> =
            self.contents.iter().map(|entry| &entry.needs).enumerate().collect();
        tools.retain(|(_, needs)| is_closed(needs));
        contents.retain(|(_, needs)| is_closed(needs));
        let step = |scope: &ScopeId| {
            held.insert(*scope);
            held.extend(self.scopes.get(*scope).into_iter().flat_map(|scope| &scope.implies));
            let opened = |closed: &mut Vec<(usize, &Needs)>| {
                closed.extract_if(.., |(_, needs)| needs.are_met(&held)).map(|(id, _)| id).collect()
            };
            (*scope, Reach { tools: opened(&mut tools), contents: opened(&mut contents) })
        };
        scopes.iter().map(step).collect()
    }

    /// Returns whether the server has a sandbox, or a tool states its mode there.
    pub(super) fn has_sandbox(&self) -> bool {
        self.sandbox.is_some() || self.tools.iter().any(|tool| tool.sandbox.is_some())
    }

    /// Returns the scopes at the end of the arrows from a scope.
    pub(super) fn next(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> {
        let first = self.edges.partition_point(|(from, _)| *from < scope);
        self.edges.iter().skip(first).take_while(move |(from, _)| *from == scope).map(|(_, to)| *to)
    }

    /// Returns the relation of a scope to a tool.
    pub(super) fn part(&self, scope: ScopeId, tool: &Tool) -> Part {
        let Needs::AnyOf(any) = &tool.needs else { return Part::None };
        let held: BTreeSet<ScopeId> =
            self.scopes.get(scope).map(|held| &held.implies).into_iter().flatten().copied().chain([scope]).collect();
        if any.iter().any(|all| all.as_slice() == [scope]) {
            Part::Opens
        } else if tool.needs.are_met(&held) {
            Part::Implies
        } else if any.iter().flatten().any(|needed| *needed == scope) || tool.further.contains(&scope) {
            Part::WithOthers
        } else {
            Part::None
        }
    }

    /// Returns the name of a scope.
    pub(super) fn scope(&self, id: ScopeId) -> &str {
        self.scopes.get(id).map_or("", |scope| &scope.name)
    }

    /// Returns the name of a scope without the common prefix, if it has it.
    pub(super) fn without_prefix(&self, id: ScopeId) -> Option<&str> {
        self.scope(id).strip_prefix(self.prefix.as_deref()?).filter(|rest| !rest.is_empty())
    }

    /// Returns the name of a scope, with an ellipsis for the common prefix.
    pub(super) fn short(&self, id: ScopeId) -> Cow<'_, str> {
        self.without_prefix(id).map_or(Cow::Borrowed(self.scope(id)), |rest| format!("…{rest}").into())
    }

    /// Returns the tools with these ids.
    pub(super) fn tools_at(&self, ids: &[ToolId]) -> impl Iterator<Item = &Tool> {
        ids.iter().filter_map(|id| self.tools.get(*id))
    }

    /// Returns the entries of a kind.
    pub(super) fn contents_of(&self, kind: ContentKind) -> impl Iterator<Item = &Content> {
        self.contents.iter().filter(move |content| content.kind == kind)
    }

    /// Returns the tools of which a scope opens further calls, with other scopes.
    pub(super) fn furthered_by(&self, scope: ScopeId) -> impl Iterator<Item = &Tool> {
        self.tools.iter().filter(move |tool| tool.further.contains(&scope))
    }

    /// Returns whether some calls need scopes in addition.
    pub(super) fn has_conditions(&self) -> bool {
        self.tools.iter().any(|tool| !tool.further.is_empty())
    }

    /// Returns the highest risk of what a scope opens, alone or for some calls.
    pub(super) fn riskiest_of(&self, id: ScopeId) -> Option<Risk> {
        let alone = self.scopes.get(id).and_then(|scope| self.riskiest(&scope.opens));
        self.furthered_by(id).filter_map(|tool| tool.risk).chain(alone).max()
    }

    /// Returns what a scope opens in words: `3 tools, and further calls of 1 tool`.
    pub(super) fn count_of(&self, id: ScopeId) -> String {
        let Some(scope) = self.scopes.get(id) else { return String::new() };
        let alone = self.count(&scope.opens);
        match (self.furthered_by(id).count(), scope.opens.is_empty()) {
            (0, _) => alone,
            (more, true) => format!("further calls of {}", words::count(more, "tool")),
            (more, false) => format!("{alone}, and further calls of {}", words::count(more, "tool")),
        }
    }

    /// Returns the highest risk of what is opened.
    pub(super) fn riskiest(&self, reach: &Reach) -> Option<Risk> {
        let contents = reach.contents.iter().filter_map(|id| self.contents.get(*id)).filter_map(|entry| entry.risk);
        self.tools_at(&reach.tools).filter_map(|tool| tool.risk).chain(contents).max()
    }

    /// Returns what is opened in words: `3 tools and 1 resource`. Without tools and entries, their number is not known.
    pub(super) fn count(&self, reach: &Reach) -> String {
        let of_kind = |kind: ContentKind| {
            let is_one = |id: &&ContentId| self.contents.get(**id).is_some_and(|entry| entry.kind == kind);
            (reach.contents.iter().filter(is_one).count(), kind.as_str())
        };
        let mut counts = vec![(reach.tools.len(), "tool")];
        counts.extend(ContentKind::ALL.map(of_kind).into_iter().filter(|(number, _)| *number > 0));
        if counts.len() > 1 && reach.tools.is_empty() {
            counts.remove(0);
        }
        words::list(counts.into_iter().map(|(number, one)| words::count(number, one)))
    }

    /// Returns the numbers of resources and prompts in words, without a kind that has none: `2 resources and 1 prompt`.
    pub(super) fn count_contents(&self) -> String {
        let counts = ContentKind::ALL.map(|kind| (self.contents_of(kind).count(), kind.as_str()));
        let counts = counts.into_iter().filter(|(number, _)| *number > 0);
        words::list(counts.map(|(number, one)| words::count(number, one)))
    }
}

impl Needs {
    /// Returns whether a token opens the tool. A tool without a stated requirement stays closed.
    pub(super) fn are_met(&self, held: &BTreeSet<ScopeId>) -> bool {
        match self {
            Self::AnyOf(any) => any.iter().any(|all| all.iter().all(|scope| held.contains(scope))),
            Self::Public | Self::Authenticated => true,
            Self::Unstated => false,
        }
    }
}
