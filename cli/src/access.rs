//! Decides which tokens open a tool, by the meaning of requirements rather than their spelling.

use std::{
    cell::{Cell, OnceCell},
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use mcp_scopes_lint::fingerprint::digits;
use mcp_scopes_prm::{Document, McpExtensions, ToolEntry};
use serde_json::json;

/// Maximum number of scopes that a search over tokens visits. Beyond it the answer is "some token does".
const MOST_STEPS: usize = 2_000_000;

type Scopes<'d> = BTreeSet<&'d str>;

/// The hierarchy and the requirements of one document.
#[derive(Debug)]
pub(crate) struct Access<'d> {
    hierarchy: Hierarchy<'d>,
    /// After a comparison, the scopes that other scopes grant in one of the documents only.
    regranted: Option<Rc<Scopes<'d>>>,
    known: Scopes<'d>,
    /// The scopes that searches have visited.
    steps: Cell<usize>,
    /// Identifies the hierarchy.
    digits: OnceCell<String>,
}

/// The pairs of a scope and a scope that it implies, in both directions. Documents publish the closure, but third-party documents may
/// not, so the closure is computed for the scopes in question. That of a whole chain would need memory that grows with the square of
/// its length.
#[derive(Debug, Default)]
struct Hierarchy<'d> {
    implies: BTreeMap<&'d str, Scopes<'d>>,
    implied_by: BTreeMap<&'d str, Scopes<'d>>,
}

/// The requirement of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Requirement<'d> {
    /// The tool is public.
    Public,
    /// Any of these sets of scopes, each held completely.
    AnyOf(Vec<Scopes<'d>>),
    /// The document states no requirement.
    Unstated,
}

impl<'d> Requirement<'d> {
    pub(crate) fn of(tool: &'d ToolEntry) -> Self {
        if tool.public == Some(true) {
            Self::Public
        } else if tool.authenticated == Some(true) {
            // Every token holds all of no scopes.
            Self::AnyOf(vec![Scopes::new()])
        } else if tool.required_scopes.is_empty() {
            Self::Unstated
        } else {
            Self::AnyOf(tool.required_scopes.iter().map(|all| all.iter().map(String::as_str).collect()).collect())
        }
    }
}

impl<'d> Access<'d> {
    pub(crate) fn of(document: &'d Document, extensions: &'d McpExtensions) -> Self {
        let mut hierarchy = Hierarchy::default();
        for (scope, implied) in &extensions.scope_hierarchy {
            hierarchy.implies.entry(scope).or_default().extend(implied.iter().map(String::as_str));
            for implied in implied {
                hierarchy.implied_by.entry(implied).or_default().insert(scope);
            }
        }
        let tools = || extensions.tool_scope_mapping.values();
        let conditional = tools().flat_map(|tool| tool.conditional_scopes.iter().flat_map(|when| &when.scopes));
        let required = tools().flat_map(|tool| tool.required_scopes.iter().flatten()).chain(conditional);
        let contents = extensions.resource_scope_mapping.values().chain(extensions.prompt_scope_mapping.values());
        let required = required.chain(contents.flat_map(|content| content.required_scopes.iter().flatten()));
        let flows = extensions.scope_upgrade_flows.values().flatten();
        let known = required.chain(flows).chain(&document.scopes_supported).map(String::as_str);
        let named = hierarchy.implies.iter().flat_map(|(scope, implied)| implied.iter().chain([scope]).copied());
        Self {
            known: known.chain(named).collect(),
            hierarchy,
            regranted: None,
            steps: Cell::new(0),
            digits: OnceCell::new(),
        }
    }

    /// Notes which scopes other scopes grant in one of the documents only, so that a search is needed for tools with these scopes alone.
    pub(crate) fn compare_with(&mut self, other: &mut Self) {
        let ends = |edges: Vec<(&'d str, &'d str)>| edges.into_iter().map(|(_, implied)| implied).collect::<Vec<_>>();
        let (added, removed) = (ends(self.edges_beyond(other)), ends(other.edges_beyond(self)));
        let mut regranted = reachable(&self.hierarchy.implies, added);
        regranted.extend(reachable(&other.hierarchy.implies, removed));
        let regranted = Rc::new(regranted);
        (self.regranted, other.regranted) = (Some(Rc::clone(&regranted)), Some(regranted));
    }

    /// Returns whether the same tokens meet the requirement in the document that this one was compared with.
    fn is_unchanged(&self, requirement: &Requirement<'d>) -> bool {
        let Some(regranted) = &self.regranted else { return false };
        match requirement {
            Requirement::Public | Requirement::Unstated => true,
            Requirement::AnyOf(any) => any.iter().all(|all| all.is_disjoint(regranted)),
        }
    }

    /// Returns the stated pairs of a scope and a scope that it implies, without those that the other document states or implies.
    pub(crate) fn edges_beyond(&self, other: &Self) -> Vec<(&'d str, &'d str)> {
        let mut found = Vec::new();
        for (scope, implied) in &self.hierarchy.implies {
            let stated = other.hierarchy.implies.get(scope);
            let mut new = implied.iter().filter(|implied| !stated.is_some_and(|stated| stated.contains(*implied)));
            if new.clone().next().is_some() {
                let held = other.closure(scope);
                found.extend(new.by_ref().filter(|implied| !held.contains(*implied)).map(|implied| (*scope, *implied)));
            }
        }
        found
    }

    /// Returns the scopes that a holder of these scopes holds.
    pub(crate) fn closure_of(&self, scopes: impl IntoIterator<Item = &'d str>) -> Scopes<'d> {
        reachable(&self.hierarchy.implies, scopes)
    }

    /// Returns the scopes that a holder of this scope holds.
    fn closure(&self, scope: &'d str) -> Scopes<'d> {
        reachable(&self.hierarchy.implies, [scope])
    }

    /// Returns the scopes whose holder holds this scope.
    fn granting(&self, scope: &'d str) -> Scopes<'d> {
        reachable(&self.hierarchy.implied_by, [scope])
    }

    /// Returns a text that is equal for requirements that the same tokens meet: each scope with all scopes that imply it. Beyond the maximum
    /// of a search, it has the whole hierarchy.
    pub(crate) fn canonical(&self, requirement: &Requirement<'d>) -> String {
        match requirement {
            Requirement::Public => "public".to_owned(),
            Requirement::Unstated => String::new(),
            Requirement::AnyOf(any) => {
                if self.is_exhausted() {
                    let all = self.digits.get_or_init(|| digits(&[&json!(self.hierarchy.implies).to_string()]));
                    return json!([any, all]).to_string();
                }
                let granting = |scope: &&'d str| {
                    let granting = self.granting(scope);
                    self.steps.set(self.steps.get().saturating_add(granting.len()));
                    (*scope, granting)
                };
                let all = |all: &Scopes<'d>| all.iter().map(granting).collect::<Vec<_>>();
                json!(any.iter().map(all).collect::<BTreeSet<_>>()).to_string()
            }
        }
    }

    /// Returns whether a token with these scopes opens the tool. The scopes have to be closed under `implies`.
    pub(crate) fn opens(held: &Scopes<'d>, requirement: &Requirement<'d>) -> bool {
        match requirement {
            Requirement::Public => true,
            Requirement::AnyOf(any) => any.iter().any(|all| all.is_subset(held)),
            Requirement::Unstated => false,
        }
    }

    /// Returns whether some token opens the tool in this document but not in the other. `tokens` limits the scopes of
    /// tokens.
    pub(crate) fn opens_beyond(
        &self,
        here: &Requirement<'d>,
        other: &Access<'d>,
        there: &Requirement<'d>,
        tokens: Option<&Scopes<'d>>,
    ) -> bool {
        if here == there && self.is_unchanged(here) {
            return false;
        }
        let alternatives = match here {
            Requirement::Unstated => return false,
            Requirement::Public => &vec![Scopes::new()],
            Requirement::AnyOf(any) => any,
        };
        other.is_exhausted()
            || alternatives.iter().any(|all| {
                let choices: Vec<Vec<&str>> = all.iter().map(|scope| self.ways_to_hold(scope, other, tokens)).collect();
                other.is_closed_to_some(&choices, &Scopes::new(), there)
            })
    }

    /// Returns the scopes that grant `scope` in this document. A scope that also grants `scope` in the other document
    /// is not a separate way, since it opens everything there that `scope` opens.
    fn ways_to_hold(&self, scope: &'d str, other: &Access<'d>, tokens: Option<&Scopes<'d>>) -> Vec<&'d str> {
        let can_be_held = |scope: &&str| tokens.is_none_or(|tokens| tokens.contains(*scope));
        let itself = Some(scope).filter(can_be_held);
        let covered = itself.map(|scope| other.granting(scope)).unwrap_or_default();
        let granting = self.granting(scope);
        other.steps.set(other.steps.get().saturating_add(granting.len() + covered.len()));
        let through = granting.into_iter().filter(|from| can_be_held(from) && !covered.contains(from));
        itself.into_iter().chain(through).collect()
    }

    /// Returns whether some choice of one scope from each list does not meet the requirement in this document.
    fn is_closed_to_some(&self, choices: &[Vec<&'d str>], held: &Scopes<'d>, requirement: &Requirement<'d>) -> bool {
        // Additional scopes never close a tool, so this branch finds nothing.
        if Access::opens(held, requirement) {
            return false;
        }
        let Some((first, rest)) = choices.split_first() else { return true };
        first.iter().any(|scope| {
            let held = held | &self.closure(scope);
            self.steps.set(self.steps.get().saturating_add(1 + held.len()));
            self.is_exhausted() || self.is_closed_to_some(rest, &held, requirement)
        })
    }

    fn is_exhausted(&self) -> bool {
        self.steps.get() > MOST_STEPS
    }

    /// Returns the scopes that the document names.
    pub(crate) fn known(&self) -> &Scopes<'d> {
        &self.known
    }
}

/// Returns these scopes, and all that the edges lead to.
fn reachable<'d>(edges: &BTreeMap<&'d str, Scopes<'d>>, from: impl IntoIterator<Item = &'d str>) -> Scopes<'d> {
    let mut next: Vec<&str> = from.into_iter().collect();
    let mut found: Scopes<'_> = next.iter().copied().collect();
    while let Some(scope) = next.pop() {
        next.extend(edges.get(scope).into_iter().flatten().copied().filter(|scope| found.insert(scope)));
    }
    found
}
