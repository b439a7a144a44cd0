//! The normal form of a requirement: any-of over all-of, built from the inside out. `L` is the location of a value.

use std::collections::HashSet;

use crate::{
    catalogue::{EMPTY_LIST, REPEATED_VALUE, REQUIREMENT_TOO_LARGE, UNKNOWN_VALUE},
    diagnostic::Report,
    ir::Located,
};
use mcp_scopes_model::{
    nearest::nearest,
    requirement::{MAX_ALTERNATIVES, MAX_SCOPES_PER_ALTERNATIVE},
};

/// The maximum nesting of `all` and `any`. Real requirements need two levels. The limit bounds the stack.
pub const MAX_DEPTH: usize = 8;

/// Lists of scopes: any list opens the tool, each of which needs all its scopes.
pub(crate) type Alternatives<L> = Vec<Vec<Located<String, L>>>;

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
        let help = match nearest(word, &["all", "any"]) {
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
        let mut sum: Alternatives<L> = if self == Self::All { vec![Vec::new()] } else { Vec::new() };
        repeated(&parts, self.word(), errors);
        for part in parts.into_iter().collect::<Option<Vec<_>>>()? {
            sum = absorbed(if self == Self::All { product(&sum, &part) } else { [sum, part].concat() });
            within_limits(&sum, at, errors)?;
        }
        Some(sum)
    }
}

/// Reports a scope that appears directly in a list twice.
fn repeated<L: Clone>(parts: &[Option<Alternatives<L>>], list: &str, errors: &mut impl Report<L>) {
    let alone = |part: &'_ Option<Alternatives<L>>| match part.as_deref() {
        Some([all]) => match all.as_slice() {
            [scope] => Some(scope.clone()),
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
}

/// Joins each alternative of one side with each alternative of the other.
fn product<L: Clone>(left: &Alternatives<L>, right: &Alternatives<L>) -> Alternatives<L> {
    let pairs = left.iter().flat_map(|one| right.iter().map(move |other| (one, other)));
    pairs
        .map(|(one, other)| {
            let mut union = one.clone();
            union.extend(other.iter().filter(|scope| !holds(one, scope)).cloned());
            union
        })
        .collect()
}

/// Removes each alternative that contains all scopes of another one, since the other is easier to satisfy.
fn absorbed<L>(mut list: Alternatives<L>) -> Alternatives<L> {
    let mut place = 0;
    while let Some(alternative) = list.get(place) {
        let covered = list.iter().enumerate().any(|(other_place, other)| {
            other_place != place
                && other.iter().all(|scope| holds(alternative, scope))
                // Of equal alternatives, the first remains.
                && (other.len() < alternative.len() || other_place < place)
        });
        if covered {
            list.remove(place);
        } else {
            place += 1;
        }
    }
    list
}

fn holds<L>(alternative: &[Located<String, L>], scope: &Located<String, L>) -> bool {
    alternative.iter().any(|held| held.value == scope.value)
}

fn within_limits<L>(list: &Alternatives<L>, at: &L, errors: &mut impl Report<L>) -> Option<()> {
    let longest = list.iter().map(Vec::len).max().unwrap_or_default();
    let message = if list.len() > MAX_ALTERNATIVES {
        format!("the requirement expands to more than {MAX_ALTERNATIVES} alternatives")
    } else if longest > MAX_SCOPES_PER_ALTERNATIVE {
        format!("one alternative requires more than {MAX_SCOPES_PER_ALTERNATIVE} scopes")
    } else {
        return Some(());
    };
    errors.report(&REQUIREMENT_TOO_LARGE, at, message, None);
    None
}
