//! `when(glob, scopes..)`: scopes that some calls need in addition, by their arguments.

use std::collections::HashSet;

use super::{ToolFacts, requirement::scope};
use crate::{
    args::{span_of, split},
    catalogue::{
        BAD_PATTERN, EMPTY_LIST, MALFORMED_ARGUMENT, REPEATED_VALUE, UNKNOWN_ARGUMENT, UNKNOWN_KEY,
        UNREADABLE_PARAMETERS,
    },
    diagnostic::{Diagnostics, Report},
    ir::{Located, Spanned},
    literal,
};
use mcp_scopes_model::{nearest::nearest, pattern::glob_syntax};
use proc_macro2::{Group, Ident, Span, TokenTree};

/// A condition of a requirement. `L` is the location of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionDecl<L> {
    /// The parameter whose argument is compared. `None`: every argument.
    pub argument: Option<Located<String, L>>,
    /// The glob that a string in the argument must match.
    pub glob: Located<String, L>,
    /// The scopes that the call then needs as well, all of them. Not empty in an annotation.
    pub scopes: Vec<Located<String, L>>,
    /// The alternatives of the requirement that it belongs to, as bits: the lowest is that of the first alternative.
    pub alternatives: u64,
}

impl<L> ConditionDecl<L> {
    /// Replaces each location.
    #[must_use]
    pub fn map_places<M>(self, map: &mut dyn FnMut(L) -> M) -> ConditionDecl<M> {
        ConditionDecl {
            argument: self.argument.map(|argument| argument.map_place(map)),
            glob: self.glob.map_place(map),
            scopes: self.scopes.into_iter().map(|scope| scope.map_place(map)).collect(),
            alternatives: self.alternatives,
        }
    }

    /// Returns whether both match the same calls.
    pub(super) fn tests_like(&self, other: &Self) -> bool {
        let [own, their] = [self, other].map(|decl| decl.argument.as_ref().map(|argument| &argument.value));
        self.glob.value == other.glob.value && own == their
    }

    /// Returns whether both add the same scopes to the same calls.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let [own, their] = [self, other].map(|decl| decl.scopes.iter().map(|scope| &scope.value));
        self.tests_like(other) && own.eq(their)
    }
}

/// What is written between the parentheses.
const EXAMPLE: &str = "`when(\"/etc/*\", \"files:system\")`";

/// Reads `when([argument = "path",] "glob", "scope", ..)`.
pub(super) fn read(word: &Ident, group: &Group, errors: &mut Diagnostics) -> Option<ConditionDecl<Span>> {
    let elements = split(group.stream(), errors);
    let (argument, rest) = match elements.as_slice() {
        [first, rest @ ..] if is_assignment(first) => (argument(first, errors).map(Some).ok_or(Unread), rest),
        rest => (Ok(None), rest),
    };
    let [glob, scopes @ ..] = rest else {
        let message = "`when` takes a glob and the scopes of calls that it matches".to_owned();
        errors.push(MALFORMED_ARGUMENT.at(word.span(), message).help(format!("write {EXAMPLE}")));
        return None;
    };
    let glob = literal::string(glob, "when", errors);
    let scopes: Vec<_> = scopes.iter().map(|element| scope(element, "when", errors)).collect();
    finish(argument, glob, scopes, &word.span(), errors)
}

/// A part that could not be read, which was reported.
pub(crate) struct Unread;

/// Checks the parts of a condition.
pub(crate) fn finish<L: Clone>(
    argument: Result<Option<Located<String, L>>, Unread>,
    glob: Option<Located<String, L>>,
    scopes: Vec<Option<Located<String, L>>>,
    at: &L,
    errors: &mut impl Report<L>,
) -> Option<ConditionDecl<L>> {
    let glob = glob.filter(|glob| {
        let Err(error) = glob_syntax(&glob.value) else { return true };
        let message = format!("the pattern `{}` {}", glob.value.escape_debug(), error.reason());
        errors.report(&BAD_PATTERN, &glob.place, message, Some("write a glob, such as `/etc/*`".to_owned()));
        false
    });
    if scopes.is_empty() {
        let message = "`when` names no scope, so it would require nothing".to_owned();
        errors.report(&EMPTY_LIST, at, message, Some(format!("name the scopes that a matching call needs: {EXAMPLE}")));
        return None;
    }
    let mut seen = HashSet::new();
    for scope in scopes.iter().flatten() {
        if !seen.insert(&scope.value) {
            let message = format!("duplicate scope `{}` in this `when`", scope.value);
            errors.report(&REPEATED_VALUE, &scope.place, message, None);
        }
    }
    let argument = argument.ok()?;
    let scopes = scopes.into_iter().collect::<Option<Vec<_>>>()?;
    Some(ConditionDecl { argument, glob: glob?, scopes, alternatives: 0 })
}

fn is_assignment(element: &[TokenTree]) -> bool {
    matches!(element, [TokenTree::Ident(_), TokenTree::Punct(sign), ..] if sign.as_char() == '=')
}

/// Reads `argument = "path"`.
fn argument(element: &[TokenTree], errors: &mut Diagnostics) -> Option<Spanned<String>> {
    let [TokenTree::Ident(key), _, value @ ..] = element else { return None };
    if key != "argument" {
        let message = format!("unknown key `{key}` in `when`");
        errors.push(UNKNOWN_KEY.at(key.span(), message).help("write `argument = \"..\"`, or the glob alone"));
        return None;
    }
    if value.is_empty() {
        let message = "`argument` takes one value".to_owned();
        errors.push(MALFORMED_ARGUMENT.at(span_of(element), message).help("write `argument = \"..\"`"));
        return None;
    }
    literal::text(value, "argument", errors)
}

/// Reports conditions about an argument that is not a parameter of the tool. `is_dynamic`: without the key `parameters` the parameters of the
/// tool are not known. Those of a function may be the fields of a type, which are compared when the server starts, and by the scan.
pub(crate) fn check<L>(tool: &ToolFacts<L>, is_dynamic: bool, errors: &mut impl Report<L>) {
    for argument in tool.unlisted_arguments() {
        let (message, help) = unlisted_argument(tool, &argument.value);
        errors.report(&UNKNOWN_ARGUMENT, &argument.place, message, Some(help));
    }
    let named = tool.conditions.iter().filter_map(|condition| condition.argument.as_ref());
    for argument in named.filter(|_| is_dynamic && tool.parameters.is_none()) {
        let message = format!("the parameters of `{}` are not known, so none can be compared", tool.name.value);
        let help = "list them with the key `parameters`, or leave `argument` out";
        errors.report(&UNREADABLE_PARAMETERS, &argument.place, message, Some(help.to_owned()));
    }
}

/// Returns the message and the help about an argument that is not a parameter of the tool.
pub fn unlisted_argument<L>(tool: &ToolFacts<L>, argument: &str) -> (String, String) {
    let names: Vec<&str> = tool.parameters.iter().flatten().map(|parameter| parameter.name.as_str()).collect();
    let message = format!("`{}` has no parameter `{}`", tool.name.value, argument.escape_debug());
    let help = match nearest(argument, &names) {
        Some(near) => format!("write `argument = \"{near}\"`"),
        None if names.is_empty() => "leave `argument` out: the glob is compared with every argument".to_owned(),
        None => format!("name one of `{}`", names.join("`, `")),
    };
    (message, help)
}

#[cfg(test)]
mod tests;
