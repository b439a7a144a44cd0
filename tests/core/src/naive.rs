//! A naive implementation with sets of strings: no numbers, no bits, no precomputation.

use std::collections::{BTreeMap, BTreeSet};

use mcp_scopes::Condition;

use crate::spec::TableSpec;

/// A call that matches every condition of its tool.
pub const ALL: u64 = u64::MAX;

/// The oracle.
#[derive(Debug)]
pub struct Naive {
    tools: Vec<(String, Option<Vec<Vec<String>>>)>,
    conditions: Vec<&'static [Condition<'static>]>,
    implies: BTreeMap<String, BTreeSet<String>>,
    known: BTreeSet<String>,
}

impl Naive {
    /// Creates the oracle of a table.
    pub fn of(spec: &TableSpec) -> Self {
        let tools = (0..spec.tools.len()).map(|tool| (spec.tools[tool].0.to_owned(), spec.alternatives(tool)));
        let mut implies = BTreeMap::<String, BTreeSet<String>>::new();
        for (scope, implied) in spec.declared {
            implies.entry((*scope).to_owned()).or_default().extend(implied.iter().map(|scope| (*scope).to_owned()));
        }
        let conditions = (0..spec.tools.len()).map(|tool| spec.conditions(tool)).collect();
        Self { tools: tools.collect(), conditions, implies, known: spec.scopes() }
    }

    /// Returns the scopes that a holder of these scopes holds: the known ones and everything that they imply.
    pub fn held<'t>(&self, tokens: impl IntoIterator<Item = &'t str>) -> BTreeSet<String> {
        let mut held = BTreeSet::new();
        let mut new: Vec<&str> = tokens.into_iter().filter(|token| self.known.contains(*token)).collect();
        while let Some(scope) = new.pop() {
            if held.insert(scope.to_owned()) {
                new.extend(self.implies.get(scope).into_iter().flatten().map(String::as_str));
            }
        }
        held
    }

    /// Returns what a call needs that matches those conditions, as any-of over all-of: each alternative with the scopes of its conditions, in
    /// the order in which the alternative names them first.
    fn needs(&self, tool: usize, matched: u64) -> Option<Vec<Vec<String>>> {
        let mut any = self.tools[tool].1.clone()?;
        for (place, all) in any.iter_mut().enumerate() {
            let mut needed: BTreeSet<String> = all.iter().cloned().collect();
            for (number, condition) in self.conditions[tool].iter().enumerate() {
                if condition.alternatives >> place & 1 == 1 {
                    let scopes = condition.scopes.iter().map(|scope| (*scope).to_owned());
                    let new: Vec<String> = scopes.clone().filter(|scope| !all.contains(scope)).collect();
                    all.extend(new);
                    needed.extend(scopes.filter(|_| matched >> number & 1 == 1));
                }
            }
            all.retain(|scope| needed.contains(scope));
        }
        Some(any)
    }

    /// Returns whether a holder of these scopes may make a call of that tool that matches those conditions.
    pub fn opens(&self, held: &BTreeSet<String>, tool: usize, matched: u64) -> bool {
        match &self.needs(tool, matched) {
            None => true,
            Some(any) => any.iter().any(|all| all.iter().all(|scope| held.contains(scope))),
        }
    }

    /// Returns the names of the tools that a holder of these scopes may call with some arguments.
    pub fn visible(&self, held: &BTreeSet<String>) -> Vec<&str> {
        let open = (0..self.tools.len()).filter(|tool| self.opens(held, *tool, 0));
        open.map(|tool| self.tools[tool].0.as_str()).collect()
    }

    /// Returns the alternative to request. Among the alternatives that no other one undercuts, it newly opens the
    /// fewest tools, then has the fewest missing scopes, then is declared first. With conditions, no alternative undercuts another one.
    pub fn step(&self, held: &BTreeSet<String>, tool: usize, matched: u64) -> Vec<String> {
        let any = self.needs(tool, matched).unwrap_or_default();
        let is_conditional = !self.conditions[tool].is_empty();
        // A holder of `broad` satisfies `other`, too.
        let undercuts = |other: &[String], broad: &[String]| {
            let reach = self.held(broad.iter().map(String::as_str));
            other.iter().all(|scope| reach.contains(scope))
        };
        let is_broad = |place: usize| {
            (0..any.len()).any(|other| {
                other != place
                    && undercuts(&any[other], &any[place])
                    && (other < place || !undercuts(&any[place], &any[other]))
            })
        };
        let weight = |all: &Vec<String>| {
            let more = held.iter().map(String::as_str).chain(all.iter().map(String::as_str));
            let opened = self.visible(&self.held(more)).len() - self.visible(held).len();
            (opened, all.iter().filter(|scope| !held.contains(*scope)).count())
        };
        let candidates = (0..any.len()).filter(|place| is_conditional || !is_broad(*place)).map(|place| &any[place]);
        // Of equal elements, `min_by_key` returns the first.
        candidates.min_by_key(|all| weight(all)).cloned().unwrap_or_default()
    }
}
