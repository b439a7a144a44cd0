//! Chains: two tools that are harmless apart, open to the same caller, and what stands between them.
//!
//! A chain counts only where somebody is meant to hold what opens both tools. Any two scopes can meet in one token; the
//! ones that do are those that one tool needs, those that clients ask for first, and those that a role asks for.

use std::collections::BTreeSet;

use mcp_scopes_model::{Pattern, Risk};

use crate::{
    lint::view::{Hierarchy, Listed, Origin, Policy, Table, Tool},
    source::Placed,
};

/// A tool that completes chains, and the tools that begin them.
pub(super) struct Chain<'t> {
    pub(super) last: &'t Tool,
    pub(super) firsts: Vec<&'t Tool>,
    /// How a caller comes to hold what opens both, for the first of `firsts`.
    pub(super) holder: String,
}

impl Chain<'_> {
    /// The tools that begin it, as a sentence names them: three at most.
    pub(super) fn named(&self) -> String {
        let quoted: Vec<String> = self.firsts.iter().take(3).map(|tool| format!("`{}`", tool.name.value)).collect();
        match (quoted.as_slice(), self.firsts.len().saturating_sub(3)) {
            ([], _) => String::new(),
            ([only], _) => only.clone(),
            ([head @ .., last], 0) => format!("{} or {last}", head.join(", ")),
            (all, more) => format!("{} or {more} more tools", all.join(", ")),
        }
    }

    /// What to write: a policy, or scopes that do not meet.
    pub(super) fn help(&self) -> String {
        let last = &self.last.name.value;
        let quoted: Vec<String> = self.firsts.iter().map(|tool| format!("\"{}\"", tool.name.value)).collect();
        let firsts = quoted.join(", ");
        let policy = match (self.last.origin, quoted.len()) {
            (Origin::Source, ..=3) => format!("`policy(requires_approval_after({firsts}))` to `{last}`"),
            (Origin::Source, _) => format!("`policy(requires_human_review)` to `{last}`"),
            (Origin::Document, ..=3) => {
                format!("`\"requires_approval_after\": [{firsts}]` to `{last}` in `tool_interaction_policies`")
            }
            (Origin::Document, _) => {
                format!("`\"requires_human_review\": true` to `{last}` in `tool_interaction_policies`")
            }
        };
        format!("add {policy}, or open it by a scope that is asked for on its own")
    }
}

/// The chains that nothing stands in.
pub(super) fn chains<'t>(
    table: &'t Table,
    begins: impl Fn(&Tool) -> bool,
    completes: impl Fn(&Tool) -> bool,
) -> Vec<Chain<'t>> {
    let holders = Holders::of(table);
    let that = |is: &dyn Fn(&Tool) -> bool| -> Vec<Link<'t>> {
        table.tools.iter().filter(|listed| is(&listed.tool)).map(|listed| holders.link(listed)).collect()
    };
    let lasts = that(&|tool| completes(tool) && !tool.policy.requires_human_review);
    let firsts = if lasts.is_empty() { Vec::new() } else { that(&begins) };
    let mut chains = Vec::new();
    for last in &lasts {
        let mut chain: Option<Chain<'_>> = None;
        let before = named_by(&last.listed.tool.policy);
        for first in &firsts {
            let (a, b): (&Tool, &Tool) = (&first.listed.tool, &last.listed.tool);
            if a.name.value == b.name.value || before.contains(a.name.value.as_str()) || is_escalation(table, a, b) {
                continue;
            }
            let Some(holder) = holders.of_both(first, last) else { continue };
            let chain = chain.get_or_insert_with(|| Chain { last: b, firsts: Vec::new(), holder });
            chain.firsts.push(a);
        }
        chains.extend(chain);
    }
    chains
}

/// The tools that a policy names: calls of them block what it stands on, or have the user asked.
fn named_by(policy: &Policy) -> BTreeSet<&str> {
    let patterns = policy.blocked_after.iter().chain(&policy.requires_approval_after);
    patterns.filter_map(|pattern| Pattern::parse(&pattern.value).ok()).map(|pattern| pattern.tool).collect()
}

/// Whether the session refuses the second call soon after the first.
fn is_escalation(table: &Table, first: &Tool, last: &Tool) -> bool {
    let blocks = table.session.as_ref().is_some_and(|session| session.value.block_rapid_escalation);
    let risk = |tool: &Tool| tool.risk.as_ref().map(|risk| risk.value);
    blocks && risk(first).is_some_and(|risk| risk <= Risk::Low) && risk(last).is_some_and(|risk| risk >= Risk::High)
}

/// What callers are meant to hold.
struct Holders<'t> {
    hierarchy: Hierarchy<'t>,
    /// In words, and closed.
    known: Vec<(String, BTreeSet<&'t str>)>,
}

impl<'t> Holders<'t> {
    fn of(table: &'t Table) -> Self {
        let hierarchy = table.hierarchy();
        let supported = match (table.origin, table.supported_stated) {
            (Origin::Document, _) => "with `scopes_supported`, which clients ask for first,",
            (Origin::Source, true) => "with the baseline, which clients ask for first,",
            (Origin::Source, false) => "with all scopes, which clients ask for where no baseline is stated,",
        };
        let closed = |scopes: &'t [Placed<String>]| hierarchy.closure(scopes.iter().map(|scope| scope.value.as_str()));
        let mut known = vec![(supported.to_owned(), closed(&table.supported))];
        known.extend(table.flows.iter().map(|flow| (format!("in the role `{}`", flow.role), closed(&flow.scopes))));
        Self { hierarchy, known }
    }

    fn link(&self, listed: &'t Listed) -> Link<'t> {
        let closed = |all: &'t Vec<String>| self.hierarchy.closure(all.iter().map(String::as_str));
        Link { listed, held: listed.alternatives.iter().map(closed).collect() }
    }

    /// How a caller comes to call both, if one is meant to: what opens one of them opens the other, or everybody or a
    /// role asks for both.
    fn of_both(&self, first: &Link<'t>, last: &Link<'t>) -> Option<String> {
        let both = |held: &BTreeSet<&str>| first.listed.is_open_to(held) && last.listed.is_open_to(held);
        for link in [first, last] {
            if let Some((scopes, _)) = link.listed.alternatives.iter().zip(&link.held).find(|(_, held)| both(held)) {
                let quoted: Vec<String> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
                return Some(format!("with {}", quoted.join(" and ")));
            }
        }
        self.known.iter().find(|(_, held)| both(held)).map(|(words, _)| words.clone())
    }
}

/// A tool that may be part of a chain.
struct Link<'t> {
    listed: &'t Listed,
    /// What the holder of each alternative holds.
    held: Vec<BTreeSet<&'t str>>,
}
