//! Follows a transport through the names that hold it, to the layer or the guard that it is used with.
//!
//! It reads names and statements, no types: a value flows from its statement to the names that the statement binds, to each
//! statement that uses one of them, out of its block, and out of its function to the calls of that function.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    ops::Range,
};

use proc_macro2::{Delimiter, TokenTree};

use super::{
    names::{Origin, Scope},
    position::{Position, each, pattern},
    protection::{Protection, Protections},
    tokens::{any_name, is_method, is_punct, parenthesized, path_to},
    unit::Unit,
};
use crate::world::World;

/// The maximum number of functions that return a transport to each other.
const MOST_CALLS: usize = 4;
/// The maximum number of variables that are looked up for one transport.
const MOST_LOOKUPS: usize = 4096;

/// Methods whose argument is put around the value before them, and is used up by that.
const APPLYING: [&str; 2] = ["layer", "route_layer"];

/// The code of a package.
pub(super) struct Code<'c> {
    pub(super) world: &'c World,
    /// See [`renamed`](super::names::renamed).
    pub(super) renamed: &'c BTreeSet<String>,
    pub(super) units: Vec<Unit>,
    /// The units that put a protection around what they are given, or return one.
    pub(super) protecting: Vec<usize>,
}

impl Code<'_> {
    /// Returns what the names in a unit mean.
    pub(super) fn scope<'s>(&'s self, unit: &'s Unit) -> Scope<'s> {
        Scope { world: self.world, module: unit.module, local: &unit.local, renamed: self.renamed }
    }

    pub(super) fn protections<'s>(&'s self, unit: &'s Unit) -> Protections<'s> {
        Protections::of(self.scope(unit), &unit.signature, &unit.body)
    }

    /// Returns whether a protection is around the value at a position of a unit. `arguments` are those of the call there.
    pub(super) fn is_protected(&self, unit: &Unit, position: &Position<'_>, arguments: Option<usize>) -> bool {
        self.is_protected_in(unit, position, arguments, MOST_CALLS)
    }

    fn is_protected_in(&self, unit: &Unit, position: &Position<'_>, arguments: Option<usize>, steps: usize) -> bool {
        let protections = self.protections(unit);
        let flow = Flow::new(self, unit, &protections);
        // The arguments count as a whole, with the blocks of closures.
        if arguments.is_some_and(|at| flow.holds(position, at..at + 1, None, Within::Values)) {
            return true;
        }
        match flow.follow(position) {
            End::Protected => true,
            end => {
                let Some(steps) = steps.checked_sub(1) else { return false };
                let returned =
                    |caller: &Unit, position: &Position<'_>| self.is_protected_in(caller, position, None, steps);
                let passed = |caller: &Unit, position: &Position<'_>| {
                    let protections = self.protections(caller);
                    let flow = Flow::new(self, caller, &protections);
                    flow.holds(position, position.at + 1..position.at + 2, None, Within::Values)
                };
                (end == End::Returned && self.every_call(unit, &returned))
                    || (flow.takes_parameter.get() && self.every_call(unit, &passed))
            }
        }
    }

    /// Returns whether a unit is used, and each use passes a test.
    fn every_call(&self, unit: &Unit, test: &dyn Fn(&Unit, &Position<'_>) -> bool) -> bool {
        let Some(name) = &unit.name else { return false };
        let (mut is_used, mut passes) = (false, true);
        for caller in self.units.iter().filter(|caller| any_name(&caller.body, &|word| word == name)) {
            let scope = self.scope(caller);
            each(&caller.body, &mut |position| {
                if passes && is_use(position, caller, scope, unit) {
                    is_used = true;
                    passes = test(caller, position);
                }
            });
        }
        is_used && passes
    }
}

/// Returns whether a position names a value, or calls a function.
fn is_use(position: &Position<'_>, caller: &Unit, scope: Scope<'_>, of: &Unit) -> bool {
    let Position { tokens, at, .. } = *position;
    if position.name() != of.name || position.name().is_none() {
        return false;
    }
    let next = tokens.get(at + 1);
    let is_called = of.is_value || parenthesized(next).is_some() || next.is_some_and(|token| is_punct(token, ':'));
    if !is_called {
        return false;
    }
    if is_method(tokens, at) {
        return of.is_method;
    }
    let path = path_to(tokens, at);
    let before = path.len().checked_sub(2).and_then(|before| path.get(before));
    match (&of.owner, before) {
        (Some(owner), Some(before)) => before == owner || (before == "Self" && caller.owner.as_ref() == Some(owner)),
        (Some(_), None) => false,
        (None, _) => match scope.origin(&path) {
            Origin::Local => true,
            Origin::Unknown(_, packages) => packages.is_empty(),
            Origin::Package(..) => false,
        },
    }
}

/// Where a value ends up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// In a statement of its function.
    Used,
    /// At the caller of its function.
    Returned,
    /// Behind a protection.
    Protected,
}

/// Which groups are searched for a protection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Those of the expression, without blocks.
    Expression,
    /// All.
    Values,
    /// All but the arguments of a method that puts a layer around something else.
    Unapplied,
}

/// Follows values through one unit.
struct Flow<'f> {
    code: &'f Code<'f>,
    unit: &'f Unit,
    protections: &'f Protections<'f>,
    /// The places of the variables that were followed.
    followed: RefCell<BTreeSet<(usize, usize)>>,
    lookups: Cell<usize>,
    /// Whether a parameter of the unit is used with the value.
    takes_parameter: Cell<bool>,
}

impl<'f> Flow<'f> {
    fn new(code: &'f Code<'f>, unit: &'f Unit, protections: &'f Protections<'f>) -> Self {
        let (followed, lookups, takes_parameter) = Default::default();
        Self { code, unit, protections, followed, lookups, takes_parameter }
    }

    /// Follows the value at a position.
    fn follow(&self, position: &Position<'_>) -> End {
        let segment = position.segment();
        let bound = position.bound(&segment);
        let start = if position.is_added() { position.at + 1 } else { bound.value };
        if self.holds(position, start..segment.end, Some(position.at), Within::Expression) {
            return End::Protected;
        }
        let follow_out = || position.around.map_or(End::Returned, |around| self.follow(around));
        if !position.in_braces {
            return follow_out();
        }
        let mut end = End::Used;
        if !bound.names.is_empty() {
            let rest = Position { at: bound.scope, ..*position };
            end = end.max(self.follow_names(&rest, bound.names.clone()));
            // A variable from outside of the block is used behind it.
            let mut outer = position.around.filter(|_| bound.is_assigned);
            while let Some(around) = outer {
                let rest = Position { at: around.at + 1, ..*around };
                end = end.max(self.follow_names(&rest, bound.names.clone()));
                outer = around.around;
            }
        }
        let is_bound = !bound.names.is_empty() && !bound.is_assigned;
        if end == End::Protected || is_bound {
            return end;
        }
        if position.is_returned(&segment) {
            return end.max(End::Returned);
        }
        if position.is_last(&segment) { end.max(follow_out()) } else { end }
    }

    /// Follows the uses of names from a position on.
    fn follow_names(&self, from: &Position<'_>, mut names: Vec<String>) -> End {
        let (mut end, mut at) = (End::Used, from.at);
        // The names that another statement binds, and its end.
        let mut hidden: Option<(usize, Vec<String>)> = None;
        while at < from.tokens.len() && end != End::Protected {
            if let Some((_, others)) = hidden.take_if(|(until, _)| *until <= at) {
                names.retain(|name| !others.contains(name));
            }
            let position = Position { at, ..*from };
            match position.token() {
                Some(TokenTree::Ident(word)) if word == "let" => {
                    if let Some((bound, value)) = pattern(from.tokens, at) {
                        let is_end = |at: &usize| from.tokens.get(*at).is_some_and(|token| is_punct(token, ';'));
                        let until = (value..from.tokens.len()).find(is_end).unwrap_or(from.tokens.len());
                        hidden = Some((until, bound));
                        at = value;
                        continue;
                    }
                }
                Some(TokenTree::Ident(word)) if position.is_variable() => {
                    let place = word.span().start();
                    if names.iter().any(|name| word == name)
                        && self.followed.borrow_mut().insert((place.line, place.column))
                    {
                        end = end.max(self.follow(&position));
                    }
                }
                Some(TokenTree::Group(group)) => {
                    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
                    let in_braces = group.delimiter() == Delimiter::Brace;
                    let inner = Position { tokens: &tokens, at: 0, in_braces, around: Some(&position) };
                    end = end.max(self.follow_names(&inner, names.clone()));
                }
                _ => {}
            }
            at += 1;
        }
        end
    }

    /// Returns whether tokens of a group hold a protection. `without` is the token that the value is in.
    fn holds(&self, group: &Position<'_>, range: Range<usize>, without: Option<usize>, within: Within) -> bool {
        range.filter(|at| Some(*at) != without || !is_group(group.tokens.get(*at))).any(|at| {
            let position = Position { at, ..*group };
            match position.token() {
                Some(TokenTree::Group(inner)) => {
                    let in_braces = inner.delimiter() == Delimiter::Brace;
                    let is_left_out = match within {
                        Within::Expression => in_braces,
                        Within::Values => false,
                        Within::Unapplied => is_applied(&position),
                    };
                    let tokens: Vec<TokenTree> = inner.stream().into_iter().collect();
                    let first = Position { tokens: &tokens, at: 0, in_braces, around: Some(&position) };
                    !is_left_out && self.holds(&first, 0..tokens.len(), None, within)
                }
                Some(TokenTree::Ident(_)) => self.protects(&position),
                _ => false,
            }
        })
    }

    /// Returns whether a name is that of a protection.
    fn protects(&self, position: &Position<'_>) -> bool {
        self.protections.at(position.tokens, position.at) == Some(Protection::Around)
            || self.is_protecting(position)
            || (position.is_variable() && self.holds_protection(position))
    }

    /// Returns whether a name is that of a function of the package that protects what it is given, or of a value that does.
    fn is_protecting(&self, position: &Position<'_>) -> bool {
        let protecting = || self.code.protecting.iter().filter_map(|unit| self.code.units.get(*unit));
        let Some(name) = position.name() else { return false };
        if !protecting().any(|unit| unit.name.as_ref() == Some(&name)) {
            return false;
        }
        // Of a method, the receiver has to be known.
        let receiver = position.at.checked_sub(2).and_then(|at| position.tokens.get(at));
        let is_own = matches!(receiver, Some(TokenTree::Ident(word)) if word == "self");
        if is_method(position.tokens, position.at) && !is_own {
            return false;
        }
        let scope = self.code.scope(self.unit);
        let is_other = |unit: &&Unit| !std::ptr::eq(*unit, self.unit);
        protecting().filter(is_other).any(|unit| is_use(position, self.unit, scope, unit))
    }

    /// Returns whether a variable holds a protection.
    fn holds_protection(&self, position: &Position<'_>) -> bool {
        let lookups = self.lookups.get() + 1;
        self.lookups.set(lookups);
        let Some(name) = position.name().filter(|_| lookups < MOST_LOOKUPS) else { return false };
        let mut around = Some(position);
        while let Some(group) = around {
            if let Some(value) = group.value_of(&name) {
                // A builder collects layers for what it is put around later.
                let tokens = group.tokens.get(value.clone()).unwrap_or_default();
                let collects = any_name(tokens, &|name| name == "ServiceBuilder");
                return self.holds(group, value, None, if collects { Within::Values } else { Within::Unapplied });
            }
            around = group.around;
        }
        let Some((_, ty)) = self.unit.parameters.iter().find(|(parameter, _)| *parameter == name) else { return false };
        let is_around = self.protections.strongest(ty) == Some(Protection::Around);
        self.takes_parameter.set(self.takes_parameter.get() || !is_around);
        is_around
    }
}

fn is_group(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(_)))
}

/// Returns whether the token is the argument of a method that puts it around something else.
fn is_applied(position: &Position<'_>) -> bool {
    let Some(before) = position.at.checked_sub(1) else { return false };
    let name = Position { at: before, ..*position }.name();
    is_method(position.tokens, before)
        && name.is_some_and(|name| APPLYING.contains(&name.as_str()))
        && parenthesized(position.token()).is_some_and(|arguments| !arguments.is_empty())
}
