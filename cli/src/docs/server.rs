//! A server, prepared for display: which scope opens which tool, at which risk.

use std::{borrow::Cow, collections::BTreeSet};

use mcp_scopes_model::{Risk, SandboxMode};
use mcp_scopes_prm::SandboxEntry;

/// The index of a scope in [`Server::scopes`].
pub(super) type ScopeId = usize;
/// The index of a tool in [`Server::tools`].
pub(super) type ToolId = usize;

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
    /// The groups of tools, those with the worst risk first.
    pub(super) groups: Vec<Group>,
    pub(super) flows: Vec<Flow>,
    /// The hierarchy of scopes without transitive edges, in order.
    pub(super) edges: Vec<(ScopeId, ScopeId)>,
    /// The limits of a session, in words.
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
    /// The tools that it opens alone, with all that it implies. Public tools are not included.
    pub(super) opens: Vec<ToolId>,
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
    /// The scope of each step, and the tools that it opens in addition.
    pub(super) steps: Vec<(ScopeId, Vec<ToolId>)>,
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
    /// Returns the tools that each scope opens in addition to the previous scopes.
    pub(super) fn steps(&self, scopes: &[ScopeId]) -> Vec<(ScopeId, Vec<ToolId>)> {
        let mut held = BTreeSet::new();
        let mut closed: Vec<(ToolId, &Tool)> =
            self.tools.iter().enumerate().filter(|(_, tool)| !tool.needs.are_met(&held)).collect();
        let step = |scope: &ScopeId| {
            held.insert(*scope);
            held.extend(self.scopes.get(*scope).into_iter().flat_map(|scope| &scope.implies));
            (*scope, closed.extract_if(.., |(_, tool)| tool.needs.are_met(&held)).map(|(id, _)| id).collect())
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
        } else if any.iter().flatten().any(|needed| *needed == scope) {
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

    /// Returns the highest risk of these tools.
    pub(super) fn riskiest(&self, ids: &[ToolId]) -> Option<Risk> {
        self.tools_at(ids).filter_map(|tool| tool.risk).max()
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
