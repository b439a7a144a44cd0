//! The normal form of a requirement: any-of over all-of, built from the inside out. `L` is the location of a value.

use std::collections::HashSet;

use super::ConditionDecl;
use crate::{
    catalogue::{
        CONDITION_WITHOUT_EFFECT, CONDITION_WITHOUT_SCOPE, EMPTY_LIST, REPEATED_VALUE, REQUIREMENT_TOO_LARGE,
        UNKNOWN_VALUE,
    },
    diagnostic::Report,
    ir::Located,
};
use mcp_scopes_model::{
    condition::MAX_CONDITIONS,
    nearest::nearest,
    requirement::{MAX_ALTERNATIVES, MAX_SCOPES_PER_ALTERNATIVE},
};

/// The maximum nesting of `all` and `any`. Real requirements need two levels. The limit bounds the stack.
pub const MAX_DEPTH: usize = 8;

/// What opens the tool: any of these.
pub(crate) type Alternatives<L> = Vec<Alternative<L>>;

/// One alternative: all of its scopes are needed, and those of the conditions that a call matches.
#[derive(Clone)]
pub(crate) struct Alternative<L> {
    scopes: Vec<Located<String, L>>,
    conditions: Vec<ConditionDecl<L>>,
}

impl<L> Alternative<L> {
    /// Returns the alternative of one scope.
    pub(crate) fn of_scope(scope: Located<String, L>) -> Self {
        Self { scopes: vec![scope], conditions: Vec::new() }
    }

    /// Returns an alternative of one condition, which is only valid as a part of `all`.
    pub(crate) fn of_condition(condition: ConditionDecl<L>) -> Self {
        Self { scopes: Vec::new(), conditions: vec![condition] }
    }

    /// Returns whether each caller who meets the other one meets this one, whatever the call.
    fn covers(&self, other: &Self) -> bool {
        let holds_all = |scopes: &[Located<String, L>], more: &[Located<String, L>]| {
            scopes.iter().all(|scope| holds(&other.scopes, scope) || holds(more, scope))
        };
        let is_met = |condition: &ConditionDecl<L>| {
            let mut alike = other.conditions.iter().filter(|other| other.tests_like(condition));
            holds_all(&condition.scopes, &[]) || alike.any(|alike| holds_all(&condition.scopes, &alike.scopes))
        };
        holds_all(&self.scopes, &[]) && self.conditions.iter().all(is_met)
    }

    /// Returns whether a call that matches the condition needs its scopes in this alternative.
    fn keeps(&self, condition: &ConditionDecl<L>) -> bool {
        let alike = || self.conditions.iter().filter(|own| own.tests_like(condition));
        condition.scopes.iter().all(|scope| holds(&self.scopes, scope) || alike().any(|own| holds(&own.scopes, scope)))
    }

    /// Returns the number of scopes of a call that matches all conditions.
    fn longest(&self) -> usize {
        let conditional = self.conditions.iter().flat_map(|condition| &condition.scopes);
        let conditional = conditional.filter(|scope| !holds(&self.scopes, scope)).map(|scope| &scope.value);
        self.scopes.len() + conditional.collect::<HashSet<_>>().len()
    }
}

/// For each alternative, the scopes that every call needs.
type ScopesOfEach<L> = Vec<Vec<Located<String, L>>>;

/// Returns the scopes that every call needs, and the conditions, each with the alternatives that it belongs to.
pub(crate) fn split<L>(list: Alternatives<L>) -> (ScopesOfEach<L>, Vec<ConditionDecl<L>>) {
    let mut conditions: Vec<ConditionDecl<L>> = Vec::new();
    let mut scopes = Vec::with_capacity(list.len());
    for (place, alternative) in list.into_iter().enumerate() {
        scopes.push(alternative.scopes);
        for condition in alternative.conditions {
            let known = conditions.iter().position(|known| known.is_like(&condition));
            let number = known.unwrap_or(conditions.len());
            if known.is_none() {
                conditions.push(condition);
            }
            // INVARIANT: `within_limits` has rejected more than 64 alternatives.
            if let Some(known) = conditions.get_mut(number) {
                known.alternatives |= 1 << (place % MAX_ALTERNATIVES);
            }
        }
    }
    (scopes, conditions)
}

/// Returns whether each alternative has a scope that every call needs. Reports conditions without one: a caller without any scope could make all
/// calls that match none of them.
pub(crate) fn has_base<L>(list: &Alternatives<L>, errors: &mut impl Report<L>) -> bool {
    let mut is_complete = true;
    for condition in list
        .iter()
        .filter(|alternative| alternative.scopes.is_empty())
        .filter_map(|alternative| alternative.conditions.first())
    {
        let message = "`when` adds scopes to a requirement, and there is none that every call needs".to_owned();
        errors.report(&CONDITION_WITHOUT_SCOPE, &condition.glob.place, message, None);
        is_complete = false;
    }
    is_complete
}

/// `all(..)` or `any(..)`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Combinator {
    All,
    Any,
}

impl Combinator {
    /// Reads the word, and reports an unknown one. `written` shows how a combinator is written: `any(..)`.
    pub(crate) fn read<L>(
        word: &str,
        at: &L,
        written: impl Fn(&str) -> String,
        errors: &mut impl Report<L>,
    ) -> Option<Self> {
        match word {
            "all" => return Some(Self::All),
            "any" => return Some(Self::Any),
            _ => {}
        }
        let help = match nearest(word, &["all", "any", "when"]) {
            Some(near) => format!("write `{}`", written(near)),
            None => format!(
                "write `{}` if one of the scopes is enough, `{}` if all are needed",
                written("any"),
                written("all")
            ),
        };
        let message = format!("unknown combinator `{}` in `scope`", written(word));
        errors.report(&UNKNOWN_VALUE, at, message, Some(help));
        None
    }

    const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
        }
    }

    /// Checks the depth of a combinator (0 for the outermost) and the number of its elements.
    pub(crate) fn check<L>(self, depth: usize, elements: usize, at: &L, errors: &mut impl Report<L>) -> Option<()> {
        if depth == MAX_DEPTH {
            let message = format!("the requirement is nested deeper than {MAX_DEPTH} levels");
            errors.report(&REQUIREMENT_TOO_LARGE, at, message, Some("write it with fewer levels".to_owned()));
            return None;
        }
        if elements == 0 {
            let message = match self {
                Self::All => "an empty `all` would require nothing",
                Self::Any => "an empty `any` could never be satisfied",
            };
            let help = "name at least one scope, or write `authenticated` to open the tool to every valid token";
            errors.report(&EMPTY_LIST, at, message.to_owned(), Some(help.to_owned()));
            return None;
        }
        Some(())
    }

    /// Combines the elements. An element that could not be read is `None`.
    pub(crate) fn combine<L: Clone>(
        self,
        parts: Vec<Option<Alternatives<L>>>,
        at: &L,
        errors: &mut impl Report<L>,
    ) -> Option<Alternatives<L>> {
        let none = || Alternative { scopes: Vec::new(), conditions: Vec::new() };
        let mut sum: Alternatives<L> = if self == Self::All { vec![none()] } else { Vec::new() };
        repeated(&parts, self, errors);
        let parts = parts.into_iter().collect::<Option<Vec<_>>>()?;
        if self == Self::Any && parts.iter().filter(|part| !has_base(part, errors)).count() > 0 {
            return None;
        }
        let mut dropped = Vec::new();
        for part in &parts {
            let joined = if self == Self::All { product(&sum, part) } else { [sum.as_slice(), part].concat() };
            sum = absorbed(joined, &mut |condition| {
                // A product joins alternatives that the author did not write. Another one of them may keep the condition.
                if self == Self::Any {
                    dropped.push(condition);
                }
            });
            within_limits(&sum, at, errors)?;
        }
        if self == Self::All {
            let stated = parts.iter().flatten().flat_map(|part| &part.conditions);
            dropped.extend(stated.filter(|stated| !sum.iter().any(|kept| kept.keeps(stated))).cloned());
        }
        without_effect(&dropped, errors);
        has_base(&sum, errors).then_some(sum)
    }
}

/// Reports a scope that appears directly in a list twice, and a condition that adds such a scope.
fn repeated<L: Clone>(parts: &[Option<Alternatives<L>>], combinator: Combinator, errors: &mut impl Report<L>) {
    let list = combinator.word();
    let alone = |part: &'_ Option<Alternatives<L>>| match part.as_deref() {
        Some([all]) => match (all.scopes.as_slice(), all.conditions.as_slice()) {
            ([scope], []) => Some(scope.clone()),
            _ => None,
        },
        _ => None,
    };
    // A file may hold hundreds of thousands.
    let mut seen = HashSet::new();
    for scope in parts.iter().filter_map(alone) {
        if !seen.insert(scope.value.clone()) {
            let message = format!("duplicate scope `{}` in this `{list}`", scope.value);
            errors.report(&REPEATED_VALUE, &scope.place, message, None);
        }
    }
    let conditions = parts.iter().flatten().flatten().filter(|part| part.scopes.is_empty());
    let added = conditions.flat_map(|part| &part.conditions).flat_map(|condition| &condition.scopes);
    for scope in added.filter(|scope| combinator == Combinator::All && seen.contains(&scope.value)) {
        let message = format!("`when` adds the scope `{}`, which every call needs already", scope.value);
        errors.report(&REPEATED_VALUE, &scope.place, message, None);
    }
}

/// Reports conditions that no call has to meet.
fn without_effect<L>(dropped: &[ConditionDecl<L>], errors: &mut impl Report<L>) {
    for (place, condition) in dropped.iter().enumerate() {
        if dropped.iter().take(place).any(|reported| reported.is_like(condition)) {
            continue;
        }
        let message = "no call needs the scopes of this `when`: another alternative opens the tool without it";
        errors.report(&CONDITION_WITHOUT_EFFECT, &condition.glob.place, message.to_owned(), None);
    }
}

/// Joins each alternative of one side with each alternative of the other.
fn product<L: Clone>(left: &Alternatives<L>, right: &Alternatives<L>) -> Alternatives<L> {
    let pairs = left.iter().flat_map(|one| right.iter().map(move |other| (one, other)));
    pairs
        .map(|(one, other)| {
            let mut union = one.clone();
            union.scopes.extend(other.scopes.iter().filter(|scope| !holds(&one.scopes, scope)).cloned());
            let is_new = |condition: &&ConditionDecl<L>| !one.conditions.iter().any(|known| known.is_like(condition));
            union.conditions.extend(other.conditions.iter().filter(is_new).cloned());
            union
        })
        .collect()
}

/// Removes each alternative that contains all scopes of another one, since the other is easier to satisfy. Calls `drop` with each condition that
/// the other one does not keep.
fn absorbed<L: Clone>(mut list: Alternatives<L>, drop: &mut dyn FnMut(ConditionDecl<L>)) -> Alternatives<L> {
    let mut place = 0;
    while let Some(alternative) = list.get(place) {
        let covering = list.iter().enumerate().find(|(other_place, other)| {
            *other_place != place
                && other.covers(alternative)
                // Of equal alternatives, the first remains.
                && (*other_place < place || !alternative.covers(other))
        });
        if let Some((_, covering)) = covering {
            alternative.conditions.iter().filter(|condition| !covering.keeps(condition)).cloned().for_each(&mut *drop);
            list.remove(place);
        } else {
            place += 1;
        }
    }
    list
}

fn holds<L>(scopes: &[Located<String, L>], scope: &Located<String, L>) -> bool {
    scopes.iter().any(|held| held.value == scope.value)
}

fn within_limits<L>(list: &Alternatives<L>, at: &L, errors: &mut impl Report<L>) -> Option<()> {
    let longest = list.iter().map(Alternative::longest).max().unwrap_or_default();
    let message = if list.len() > MAX_ALTERNATIVES {
        format!("the requirement expands to more than {MAX_ALTERNATIVES} alternatives")
    } else if longest > MAX_SCOPES_PER_ALTERNATIVE {
        format!("one alternative requires more than {MAX_SCOPES_PER_ALTERNATIVE} scopes")
    } else if conditions(list) > MAX_CONDITIONS {
        format!("the requirement has more than {MAX_CONDITIONS} conditions")
    } else {
        return Some(());
    };
    errors.report(&REQUIREMENT_TOO_LARGE, at, message, None);
    None
}

/// Returns the number of different conditions.
fn conditions<L>(list: &Alternatives<L>) -> usize {
    let mut different: Vec<&ConditionDecl<L>> = Vec::new();
    for condition in list.iter().flat_map(|alternative| &alternative.conditions) {
        if different.len() <= MAX_CONDITIONS && !different.iter().any(|known| known.is_like(condition)) {
            different.push(condition);
        }
    }
    different.len()
}
