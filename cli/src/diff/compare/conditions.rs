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

/// The most tests of which each combination is compared: 256. The conditions of real tools have a few.
const MOST_COMBINED: usize = 8;

/// What a condition compares.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Test<'d> {
    argument: Option<&'d str>,
    glob: &'d str,
}

impl<'d> Test<'d> {
    fn of(condition: &'d ConditionEntry) -> Option<Self> {
        Some(Self { argument: condition.argument.as_deref(), glob: condition.glob.as_deref()? })
    }

    /// Returns whether each call that matches this matches the condition.
    fn implies(self, condition: &ConditionEntry, budget: &GlobBudget) -> bool {
        let same_argument = condition.argument.is_none() || condition.argument.as_deref() == self.argument;
        same_argument && condition.glob.as_deref().is_some_and(|outer| budget.covers(outer, self.glob))
    }

    fn describe(self) -> String {
        let Self { argument, glob } = self;
        match argument {
            Some(argument) => format!("whose `{argument}` matches `{glob}`"),
            None => format!("with an argument that matches `{glob}`"),
        }
    }
}

/// The conditions of one document, and which of them a call that matches a test matches.
struct Side<'d> {
    tool: &'d ToolEntry,
    /// By test, then by condition.
    implied: Vec<Vec<bool>>,
}

impl<'d> Side<'d> {
    fn new(tool: &'d ToolEntry, tests: &[Test<'d>], budget: &GlobBudget) -> Self {
        let of =
            |test: &Test<'d>| tool.conditional_scopes.iter().map(|condition| test.implies(condition, budget)).collect();
        Self { tool, implied: tests.iter().map(of).collect() }
    }

    /// Returns the scopes that calls need which match these tests and no others.
    fn alternatives(&self, calls: &Calls) -> Vec<Vec<&'d str>> {
        let is_matched = |number: usize| match calls {
            Calls::MatchingAll => true,
            Calls::Matching(tests) => {
                tests.iter().filter_map(|test| self.implied.get(*test)?.get(number)).any(|implied| *implied)
            }
        };
        let matched: Vec<&ConditionEntry> = self
            .tool
            .conditional_scopes
            .iter()
            .enumerate()
            .filter(|(number, _)| is_matched(*number))
            .map(|(_, condition)| condition)
            .collect();
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
        self.tool.required_scopes.iter().enumerate().map(alternative).collect()
    }
}

/// The calls that match some tests, by number, or all conditions.
enum Calls {
    Matching(Vec<usize>),
    MatchingAll,
}

impl Calls {
    /// Returns the calls that match one test, then those that match all conditions, then all others that could differ.
    fn each(tests: usize) -> impl Iterator<Item = Self> {
        let several = if tests <= MOST_COMBINED { 0..1_usize << tests } else { 0..0 };
        let several = several.map(move |chosen| (0..tests).filter(|test| chosen >> test & 1 == 1).collect::<Vec<_>>());
        let several = several.filter(move |chosen| (2..=tests).contains(&chosen.len()));
        let single = (0..tests).map(|test| Self::Matching(vec![test]));
        single.chain([Self::MatchingAll]).chain(several.map(Self::Matching))
    }

    fn describe(&self, tests: &[Test<'_>]) -> String {
        match self {
            Self::Matching(chosen) => {
                let each = chosen.iter().filter_map(|test| tests.get(*test)).map(|test| test.describe());
                each.collect::<Vec<_>>().join(" and ")
            }
            Self::MatchingAll => "that match all conditions".to_owned(),
        }
    }

    const fn match_one(&self) -> bool {
        matches!(self, Self::Matching(chosen) if chosen.len() == 1)
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
    let tests: Vec<Test<'d>> =
        before.iter().chain(after).filter_map(Test::of).filter(|test| seen.insert(*test)).collect();
    let (were, are) = (Side::new(old, &tests, budget), Side::new(new, &tests, budget));
    let mut compared = HashSet::new();
    for calls in Calls::each(tests.len()) {
        let (was, is) = (were.alternatives(&calls), are.alternatives(&calls));
        if !calls.match_one() && !compared.insert((was.clone(), is.clone())) {
            continue;
        }
        let (needed, needs) = (requirement(&was), requirement(&is));
        let security = Security {
            weakens: here.opens_beyond(&needs, there, &needed, None),
            tightens: there.opens_beyond(&needed, here, &needs, None),
            ..Security::NEUTRAL
        };
        // With the same conditions, the change of what every call needs explains that of these calls.
        let known = match (calls.match_one(), before == after) {
            (false, true) => reached.and(of_others),
            (false, false) => reached,
            (true, true) => of_others,
            (true, false) => Security::NEUTRAL,
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
        let (which, is, was) = (calls.describe(&tests), described(&is), described(&was));
        let message = format!("calls of `{name}` {which} need {is}, and needed {was}");
        changes.add_between(kind, security, &*pointer, message, &(there.canonical(&needed), here.canonical(&needs)));
        reached = reached.and(security);
    }
    if before == after {
        return reached;
    }
    let known = reached.and(of_others);
    let possible = if tests.len() > MOST_COMBINED { possible(tests.len(), &were, &are) } else { Security::NEUTRAL };
    if possible.weakens && !known.weakens || possible.tightens && !known.tightens {
        let message = format!(
            "the conditional scopes of `{name}` differ: calls that match several of them may need other scopes than before"
        );
        changes.add_between(Kind::AccessMoved, possible, pointer, message, &(states(before), states(after)));
        return reached.and(possible);
    }
    if known == Security::NEUTRAL {
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

/// Returns how access can change for calls that match several tests. What they need is what each of the tests needs together, so if no test needs
/// less in any alternative, no combination does.
fn possible(tests: usize, were: &Side<'_>, are: &Side<'_>) -> Security {
    let lacks = |more: &[Vec<&str>], less: &[Vec<&str>]| {
        more.len() != less.len()
            || more.iter().zip(less).any(|(more, less)| more.iter().any(|scope| !less.contains(scope)))
    };
    let each = (0..tests).map(|test| Calls::Matching(vec![test])).chain([Calls::Matching(Vec::new())]);
    each.into_iter().fold(Security::NEUTRAL, |found, calls| {
        let (was, is) = (were.alternatives(&calls), are.alternatives(&calls));
        found.and(Security { weakens: lacks(&was, &is), tightens: lacks(&is, &was), ..Security::NEUTRAL })
    })
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
