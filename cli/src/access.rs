//! Decides which tokens open a tool, by the meaning of requirements rather than their spelling.

use std::collections::{BTreeMap, BTreeSet};

use mcp_scopes_prm::{Document, McpExtensions, ToolEntry};

/// Maximum number of ways to hold an alternative that are tried. Beyond it the answer is "some token does".
const MOST_WAYS: usize = 100_000;

type Scopes<'d> = BTreeSet<&'d str>;

/// The hierarchy and the requirements of one document.
#[derive(Debug)]
pub(crate) struct Access<'d> {
    implies: BTreeMap<&'d str, Scopes<'d>>,
    known: Scopes<'d>,
}

/// The requirement of a tool.
#[derive(Clone, Debug)]
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
        let mut implies: BTreeMap<&str, Scopes<'_>> = BTreeMap::new();
        for (scope, implied) in &extensions.scope_hierarchy {
            implies.entry(scope).or_default().extend(implied.iter().map(String::as_str));
        }
        close(&mut implies);
        let required = extensions.tool_scope_mapping.values().flat_map(|tool| tool.required_scopes.iter().flatten());
        let contents = extensions.resource_scope_mapping.values().chain(extensions.prompt_scope_mapping.values());
        let required = required.chain(contents.flat_map(|content| content.required_scopes.iter().flatten()));
        let flows = extensions.scope_upgrade_flows.values().flatten();
        let known = required.chain(flows).chain(&document.scopes_supported).map(String::as_str);
        let known = known.chain(implies.iter().flat_map(|(scope, implied)| implied.iter().chain([scope]).copied()));
        Self { known: known.collect(), implies }
    }

    /// Returns the pairs of a scope and a scope that it implies.
    pub(crate) fn edges(&self) -> BTreeSet<(&'d str, &'d str)> {
        self.implies.iter().flat_map(|(scope, implied)| implied.iter().map(move |implied| (*scope, *implied))).collect()
    }

    /// Returns the scopes that a holder of these scopes holds.
    pub(crate) fn closure_of(&self, scopes: impl IntoIterator<Item = &'d str>) -> Scopes<'d> {
        scopes.into_iter().flat_map(|scope| self.closure(scope)).collect()
    }

    /// Returns the scopes that a holder of this scope holds.
    fn closure(&self, scope: &'d str) -> Scopes<'d> {
        self.implies.get(scope).into_iter().flatten().copied().chain([scope]).collect()
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
        let alternatives = match here {
            Requirement::Unstated => return false,
            Requirement::Public => &vec![Scopes::new()],
            Requirement::AnyOf(any) => any,
        };
        let mut ways = 0;
        alternatives.iter().any(|all| {
            let all: Vec<&str> = all.iter().copied().collect();
            let choices: Vec<Vec<&str>> = all.iter().map(|scope| self.ways_to_hold(scope, other, tokens)).collect();
            search(&choices, &Scopes::new(), other, there, &mut ways)
        })
    }

    /// Returns the scopes that grant `scope` in this document. A scope that also grants `scope` in the other document
    /// is not a separate way, since it opens everything there that `scope` opens.
    fn ways_to_hold(&self, scope: &'d str, other: &Access<'d>, tokens: Option<&Scopes<'d>>) -> Vec<&'d str> {
        let can_be_held = |scope: &&str| tokens.is_none_or(|tokens| tokens.contains(*scope));
        let itself = Some(scope).filter(can_be_held);
        let gives = |(from, implied): (&&'d str, &Scopes<'d>)| implied.contains(scope).then_some(*from);
        let through = self.implies.iter().filter_map(gives).filter(can_be_held);
        let through = through.filter(|from| itself.is_none() || !other.closure(from).contains(scope));
        itself.into_iter().chain(through).collect()
    }

    /// Returns the scopes that the document names.
    pub(crate) fn known(&self) -> &Scopes<'d> {
        &self.known
    }
}

/// Returns whether some choice of one scope from each list does not open the tool in the other document.
fn search<'d>(
    choices: &[Vec<&'d str>],
    held: &Scopes<'d>,
    there: &Access<'d>,
    requirement: &Requirement<'d>,
    ways: &mut usize,
) -> bool {
    *ways += 1;
    // Additional scopes never close a tool, so this branch finds nothing.
    if Access::opens(held, requirement) {
        return false;
    }
    let Some((first, rest)) = choices.split_first() else { return true };
    if *ways > MOST_WAYS {
        return true;
    }
    first.iter().any(|scope| {
        let held = held | &there.closure(scope);
        search(rest, &held, there, requirement, ways)
    })
}

/// Documents publish the closure, but third-party documents may not.
fn close(implies: &mut BTreeMap<&str, Scopes<'_>>) {
    loop {
        let mut grown = false;
        let before = implies.clone();
        for implied in implies.values_mut() {
            let further: Vec<&str> = implied.iter().filter_map(|scope| before.get(scope)).flatten().copied().collect();
            for scope in further {
                grown |= implied.insert(scope);
            }
        }
        if !grown {
            return;
        }
    }
}
