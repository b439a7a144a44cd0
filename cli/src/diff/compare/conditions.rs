//! Compares conditional scopes: what the calls with some arguments need.

use std::{
    cell::Cell,
    collections::{BTreeSet, HashSet},
};

use mcp_scopes_lint::glob_covers;
use mcp_scopes_prm::{ConditionEntry, ToolEntry};

use super::changes::Changes;
use crate::{
    access::{Access, Requirement},
    diff::change::{Kind, Security},
};

/// The steps for comparing globs that are left for two documents. Without any, only equal globs are alike.
pub(super) struct GlobBudget(Cell<usize>);

impl GlobBudget {
    pub(super) const fn new() -> Self {
        Self(Cell::new(10_000_000))
    }

    fn covers(&self, outer: &str, inner: &str) -> bool {
        if outer == inner {
            return true;
        }
        let left = self.0.get().checked_sub(outer.len().saturating_mul(inner.len()));
        left.is_some_and(|left| {
            self.0.set(left);
            glob_covers(outer, inner)
        })
    }
}

/// The calls that match one condition, or all of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Calls<'d> {
    Matching { argument: Option<&'d str>, glob: &'d str },
    MatchingAll,
}

impl<'d> Calls<'d> {
    fn of(condition: &'d ConditionEntry) -> Option<Self> {
        Some(Self::Matching { argument: condition.argument.as_deref(), glob: condition.glob.as_deref()? })
    }

    /// Returns whether each of these calls matches the condition.
    fn match_also(self, condition: &ConditionEntry, budget: &GlobBudget) -> bool {
        let Self::Matching { argument, glob } = self else { return true };
        let same_argument = condition.argument.is_none() || condition.argument.as_deref() == argument;
        same_argument && condition.glob.as_deref().is_some_and(|outer| budget.covers(outer, glob))
    }

    /// Returns the scopes that each of these calls needs.
    fn alternatives(self, tool: &'d ToolEntry, budget: &GlobBudget) -> Vec<Vec<&'d str>> {
        let matched: Vec<&ConditionEntry> =
            tool.conditional_scopes.iter().filter(|condition| self.match_also(condition, budget)).collect();
        let alternative = |(place, scopes): (usize, &'d Vec<String>)| {
            let mut needed: Vec<&str> = scopes.iter().map(String::as_str).collect();
            let added = matched.iter().filter(|condition| condition.applies_to(place));
            for scope in added.flat_map(|condition| &condition.scopes) {
                if !needed.contains(&scope.as_str()) {
                    needed.push(scope);
                }
            }
            needed
        };
        tool.required_scopes.iter().enumerate().map(alternative).collect()
    }

    fn describe(self) -> String {
        match self {
            Self::Matching { argument: Some(argument), glob } => format!("whose `{argument}` matches `{glob}`"),
            Self::Matching { argument: None, glob } => format!("with an argument that matches `{glob}`"),
            Self::MatchingAll => "that match all conditions".to_owned(),
        }
    }
}

/// Compares the conditions of a tool, whose other calls have that verdict. Returns the changes in who can make the calls that match.
pub(super) fn compare<'d>(
    (name, pointer): (&str, &str),
    (old, there): (&'d ToolEntry, &Access<'d>),
    (new, here): (&'d ToolEntry, &Access<'d>),
    of_others: Security,
    budget: &GlobBudget,
    changes: &mut Changes,
) -> Security {
    let (before, after) = (&old.conditional_scopes, &new.conditional_scopes);
    let mut reached = Security::NEUTRAL;
    if (before.is_empty() && after.is_empty()) || old.required_scopes.is_empty() || new.required_scopes.is_empty() {
        return reached;
    }
    let pointer = format!("{pointer}/conditional_scopes");
    let mut seen = HashSet::new();
    let each = before.iter().chain(after).filter_map(Calls::of).filter(|calls| seen.insert(*calls));
    for calls in each.chain([Calls::MatchingAll]) {
        let (was, is) = (calls.alternatives(old, budget), calls.alternatives(new, budget));
        let (needed, needs) = (requirement(&was), requirement(&is));
        let security = Security {
            weakens: here.opens_beyond(&needs, there, &needed, None),
            tightens: there.opens_beyond(&needed, here, &needs, None),
            ..Security::NEUTRAL
        };
        // With the same conditions, the change of what every call needs explains that of these calls.
        let known = match (calls, before == after) {
            (Calls::MatchingAll, true) => reached.and(of_others),
            (Calls::MatchingAll, false) => reached,
            (Calls::Matching { .. }, true) => of_others,
            (Calls::Matching { .. }, false) => Security::NEUTRAL,
        };
        let is_new = security.weakens && !known.weakens || security.tightens && !known.tightens;
        if !is_new {
            continue;
        }
        let kind = match (security.weakens, security.tightens) {
            (true, false) => Kind::ConditionLoosened,
            (false, true) => Kind::ConditionTightened,
            _ => Kind::AccessMoved,
        };
        let (which, is, was) = (calls.describe(), described(&is), described(&was));
        let message = format!("calls of `{name}` {which} need {is}, and needed {was}");
        changes.add_between(kind, security, &*pointer, message, &(there.canonical(&needed), here.canonical(&needs)));
        reached = reached.and(security);
    }
    if reached == Security::NEUTRAL && before != after && of_others == Security::NEUTRAL {
        let message = format!("the conditional scopes of `{name}` are written differently");
        changes.add_between(
            Kind::AccessRewritten,
            Security::NEUTRAL,
            pointer,
            message,
            &(states(before), states(after)),
        );
    }
    reached
}

fn requirement<'d>(alternatives: &[Vec<&'d str>]) -> Requirement<'d> {
    Requirement::AnyOf(alternatives.iter().map(|scopes| scopes.iter().copied().collect::<BTreeSet<_>>()).collect())
}

fn described(alternatives: &[Vec<&str>]) -> String {
    let all = |scopes: &Vec<&str>| scopes.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(" with ");
    alternatives.iter().map(all).collect::<Vec<_>>().join(" or ")
}

/// Returns the values of conditions, for the digits of a change.
pub(super) fn states(conditions: &[ConditionEntry]) -> serde_json::Value {
    let state = |condition: &ConditionEntry| {
        let ConditionEntry { argument, glob, scopes, alternatives, other } = condition;
        serde_json::json!([argument, glob, scopes, alternatives, other.iter().collect::<Vec<_>>()])
    };
    conditions.iter().map(state).collect()
}
