//! Finds chains: two tools that are harmless apart but not together, open to the same caller, without a policy between.
//!
//! A chain counts only if some caller is meant to hold the scopes of both tools. Any two scopes can meet in one token.
//! The combinations that count are the scopes of one tool, those that clients request first, and those that a role
//! requests.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use mcp_scopes_model::Pattern;
use mcp_scopes_scan::source::Placed;

use crate::{
    lint_model::{Hierarchy, InputKind, Policy, Table, Tool},
    reporter::Reporter,
};

/// A tool that completes chains, and the tools that start them.
pub(super) struct Chain<'t> {
    pub(super) last: &'t Tool,
    pub(super) firsts: Vec<&'t Tool>,
    /// How a caller comes to hold the scopes of both, for the first of `firsts`.
    pub(super) holder: String,
}

impl Chain<'_> {
    /// Returns the names of the tools that start it, three at most.
    fn named(&self) -> String {
        let quoted: Vec<String> = self.firsts.iter().take(3).map(|tool| format!("`{}`", tool.name.value)).collect();
        match (quoted.as_slice(), self.firsts.len().saturating_sub(3)) {
            ([], _) => String::new(),
            ([only], _) => only.clone(),
            ([head @ .., last], 0) => format!("{} or {last}", head.join(", ")),
            (all, more) => format!("{} or {more} more tools", all.join(", ")),
        }
    }

    /// Reports the chain. `capability` says what the last tool does with the results of the first.
    pub(super) fn report(&self, reporter: &mut Reporter<'_>, capability: &str) {
        let (last, firsts, holder) = (&self.last.name.value, self.named(), &self.holder);
        let message =
            format!("`{last}` {capability} by {firsts}: {holder} a caller can call both, and no policy prevents it");
        reporter.report(message).at(&self.last.name.place).about(last).help(self.help());
    }

    /// Returns the help: add a policy, or separate the scopes.
    fn help(&self) -> String {
        let last = &self.last.name.value;
        let quoted: Vec<String> = self.firsts.iter().map(|tool| format!("\"{}\"", tool.name.value)).collect();
        let firsts = quoted.join(", ");
        let policy = match (self.last.input, quoted.len()) {
            (InputKind::Source, ..=3) => format!("`policy(requires_approval_after({firsts}))` to `{last}`"),
            (InputKind::Source, _) => format!("`policy(requires_human_review)` to `{last}`"),
            (InputKind::Document, ..=3) => {
                format!("`\"requires_approval_after\": [{firsts}]` to `{last}` in `tool_interaction_policies`")
            }
            (InputKind::Document, _) => {
                format!("`\"requires_human_review\": true` to `{last}` in `tool_interaction_policies`")
            }
        };
        format!("add {policy}, or require a scope that clients request separately")
    }
}

/// Returns the chains without a policy between.
pub(super) fn chains(
    table: &Table,
    begins: impl Fn(&Tool) -> bool,
    completes: impl Fn(&Tool) -> bool,
) -> Vec<Chain<'_>> {
    let holders = Holders::of(table);
    let lasts = holders.links(table, |tool| completes(tool) && !tool.policy.requires_human_review);
    let firsts = if lasts.is_empty() { Vec::new() } else { holders.links(table, begins) };
    let mut chains = Vec::new();
    for last in &lasts {
        let mut chain: Option<Chain<'_>> = None;
        let before = named_by(&last.tool.policy);
        for first in &firsts {
            let (a, b) = (first.tool, last.tool);
            let is_named = !before.is_empty() && before.contains(a.name.value.as_str());
            if std::ptr::eq(a, b) || is_named {
                continue;
            }
            let Some(holder) = first.with(last) else { continue };
            let fresh = || Chain { last: b, firsts: Vec::new(), holder: holders.describe(&holder) };
            let chain = chain.get_or_insert_with(fresh);
            chain.firsts.push(a);
        }
        chains.extend(chain);
    }
    chains
}

/// Returns the tools that a policy names. Calls of them block the tool with the policy, or require approval.
fn named_by(policy: &Policy) -> BTreeSet<&str> {
    let patterns = policy.blocked_after.iter().chain(&policy.requires_approval_after);
    patterns.filter_map(|pattern| Pattern::parse(&pattern.value).ok()).filter_map(Pattern::own_tool).collect()
}

/// The sets of scopes that callers are meant to hold.
struct Holders<'t> {
    hierarchy: Hierarchy<'t>,
    /// The index of each scope.
    numbers: BTreeMap<&'t str, usize>,
    /// A description of each set, and the set closed under `implies`.
    known: Vec<(String, Held)>,
}

/// A set of scopes by index. All pairs of tools are compared, which would be slow with texts.
type Held = Vec<bool>;

impl<'t> Holders<'t> {
    fn of(table: &'t Table) -> Self {
        let numbers = table.scopes.iter().enumerate().map(|(number, scope)| (scope.text.as_str(), number)).collect();
        let mut holders = Self { hierarchy: table.hierarchy(), numbers, known: Vec::new() };
        let supported = match (table.input, table.supported_stated) {
            (InputKind::Document, _) => "with `scopes_supported`, which clients request first,",
            (InputKind::Source, true) => "with the baseline, which clients request first,",
            (InputKind::Source, false) => "with all scopes, which clients request if there is no baseline,",
        };
        let texts = |scopes: &'t [Placed<String>]| scopes.iter().map(|scope| scope.value.as_str());
        let mut known = vec![(supported.to_owned(), holders.held(texts(&table.supported)))];
        for flow in &table.flows {
            known.push((format!("in the role `{}`", flow.role), holders.held(texts(&flow.scopes))));
        }
        holders.known = known;
        holders
    }

    fn held(&self, scopes: impl IntoIterator<Item = &'t str>) -> Held {
        let mut held = vec![false; self.numbers.len()];
        for scope in self.hierarchy.closure(scopes) {
            if let Some(place) = self.numbers.get(scope).and_then(|number| held.get_mut(*number)) {
                *place = true;
            }
        }
        held
    }

    /// Returns the tools with that capability, prepared for comparison.
    fn links(&self, table: &'t Table, is: impl Fn(&Tool) -> bool) -> Vec<Link<'t>> {
        // Many tools share the same scopes.
        let mut known: BTreeMap<&[String], Rc<Held>> = BTreeMap::new();
        let chosen = table.tools.iter().filter(|listed| is(&listed.tool));
        let links = chosen.map(|listed| {
            let ways = listed.alternatives.iter().map(|all| {
                let needs = all.iter().filter_map(|scope| self.numbers.get(scope.as_str()).copied()).collect();
                let held = known.entry(all).or_insert_with(|| Rc::new(self.held(all.iter().map(String::as_str))));
                Way { scopes: all, needs, held: held.clone() }
            });
            let mut link = Link { tool: &listed.tool, ways: ways.collect(), known: Vec::new() };
            link.known = self.known.iter().map(|(_, held)| link.is_open_to(held)).collect();
            link
        });
        links.collect()
    }

    fn describe(&self, holder: &Holder<'_, '_>) -> String {
        match holder {
            Holder::Way(way) if way.scopes.is_empty() => "with any valid token".to_owned(),
            Holder::Way(way) => {
                let quoted: Vec<String> = way.scopes.iter().map(|scope| format!("`{scope}`")).collect();
                format!("with {}", quoted.join(" and "))
            }
            Holder::Known(place) => {
                self.known.get(*place).map(|(description, _)| description.clone()).unwrap_or_default()
            }
        }
    }
}

/// A caller that can call two tools.
enum Holder<'l, 't> {
    /// A caller with the scopes of one of the tools.
    Way(&'l Way<'t>),
    /// One of [`Holders::known`].
    Known(usize),
}

/// A tool that may be part of a chain.
struct Link<'t> {
    tool: &'t Tool,
    ways: Vec<Way<'t>>,
    /// Whether each of [`Holders::known`] opens it.
    known: Vec<bool>,
}

/// One alternative of a requirement.
struct Way<'t> {
    scopes: &'t [String],
    needs: Vec<usize>,
    /// The scopes that its holder has.
    held: Rc<Held>,
}

impl<'t> Link<'t> {
    /// Returns a caller that is meant to call both tools, if there is one: the scopes of one tool open the other, or
    /// the baseline or a role has the scopes of both.
    fn with<'l>(&'l self, last: &'l Self) -> Option<Holder<'l, 't>> {
        let both = |held: &Held| self.is_open_to(held) && last.is_open_to(held);
        if let Some(way) = self.ways.iter().chain(&last.ways).find(|way| both(&way.held)) {
            return Some(Holder::Way(way));
        }
        self.known.iter().zip(&last.known).position(|(first, last)| *first && *last).map(Holder::Known)
    }

    fn is_open_to(&self, held: &Held) -> bool {
        let all = |way: &Way<'_>| way.needs.iter().all(|number| held.get(*number).is_some_and(|held| *held));
        self.tool.public || self.ways.iter().any(all)
    }
}
