//! `scope = ..`, expanded to any-of over all-of.

use super::{
    ConditionDecl,
    alternatives::{self, Alternative, Alternatives, Combinator},
    condition,
};
use crate::{
    args::{Arg, call, split},
    catalogue::{BAD_SCOPE, NOT_A_LITERAL},
    diagnostic::{Diagnostics, Report},
    ir::{Located, Spanned},
    literal,
};
use mcp_scopes_model::scope::scope_token;
use proc_macro2::{Span, TokenTree};

/// The scopes that open a tool, as any-of over all-of. `L` is the location of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequirementDecl<L> {
    /// The key `public`.
    Public(L),
    /// The key `authenticated`.
    Authenticated(L),
    /// No key: the tool's own name is its scope, after the server's namespace if there is one.
    ToolName,
    /// The alternatives, in source order, without duplicates. Neither level is empty in an annotation. A document can
    /// omit the requirement; it then has no alternative.
    AnyOf(Vec<Vec<Located<String, L>>>),
}

impl<L> RequirementDecl<L> {
    /// Replaces each location.
    #[must_use]
    pub fn map_places<M>(self, map: &mut dyn FnMut(L) -> M) -> RequirementDecl<M> {
        match self {
            Self::Public(place) => RequirementDecl::Public(map(place)),
            Self::Authenticated(place) => RequirementDecl::Authenticated(map(place)),
            Self::ToolName => RequirementDecl::ToolName,
            Self::AnyOf(any) => {
                let mut all = |all: Vec<Located<String, L>>| all.into_iter().map(|text| text.map_place(map)).collect();
                RequirementDecl::AnyOf(any.into_iter().map(&mut all).collect())
            }
        }
    }

    /// Returns every scope that the requirement names, in each alternative.
    pub fn named_scopes(&self) -> impl Iterator<Item = &Located<String, L>> {
        let named = match self {
            Self::AnyOf(any) => any.as_slice(),
            Self::Public(_) | Self::Authenticated(_) | Self::ToolName => &[],
        };
        named.iter().flatten()
    }

    /// Returns whether the tool is open to every caller.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        matches!(self, Self::Public(_))
    }

    /// Returns whether every valid token opens the tool, whatever its scopes.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        matches!(self, Self::Authenticated(_))
    }
}

/// The requirement of calls that match no condition, and the conditions.
pub(super) type Read<L> = (RequirementDecl<L>, Vec<ConditionDecl<L>>);

pub(super) fn read(arg: &Arg, errors: &mut Diagnostics) -> Option<Read<Span>> {
    if let crate::args::Value::List(_) = arg.value {
        let message = "`scope` takes one value, not a list".to_owned();
        let help = "write `scope = any(..)` if one of the scopes is enough, `scope = all(..)` if all are needed";
        errors.push(crate::catalogue::MALFORMED_ARGUMENT.at(arg.span, message).help(help));
        return None;
    }
    let read = alternatives(arg.equals(errors)?, 0, errors)?;
    separate(read, errors)
}

/// Separates what every call needs from the conditions.
pub(crate) fn separate<L>(read: Alternatives<L>, errors: &mut impl Report<L>) -> Option<Read<L>> {
    if !alternatives::has_base(&read, errors) {
        return None;
    }
    let (any, conditions) = alternatives::split(read);
    Some((RequirementDecl::AnyOf(any), conditions))
}

/// Reads a scope literal.
pub(super) fn scope(tokens: &[TokenTree], what: &str, errors: &mut Diagnostics) -> Option<Spanned<String>> {
    let scope = literal::string(tokens, what, errors)?;
    let list = if what == "scope" { "all" } else { what };
    check_scope(&scope, |parts| format!("{list}({parts})"), errors).then_some(scope)
}

/// Returns whether a text is a scope-token. Reports it if not. `list` shows how several scopes are written.
pub(crate) fn check_scope<L>(
    scope: &Located<String, L>,
    list: impl FnOnce(&str) -> String,
    errors: &mut impl Report<L>,
) -> bool {
    let Err(error) = scope_token(&scope.value) else { return true };
    let help = scope.value.trim().contains(' ').then(|| {
        let parts: Vec<String> = scope.value.split_whitespace().map(|part| format!("\"{part}\"")).collect();
        format!("write each scope as a separate string, as in `{}`", list(&parts.join(", ")))
    });
    errors.report(&BAD_SCOPE, &scope.place, format!("the scope `{}` {}", scope.value, error.reason()), help);
    false
}

fn alternatives(tokens: &[TokenTree], depth: usize, errors: &mut Diagnostics) -> Option<Alternatives<Span>> {
    let Some((word, group)) = call(tokens) else {
        if let Some(TokenTree::Ident(word)) = tokens.first()
            && (word == "all" || word == "any" || word == "when")
        {
            let what = if word == "when" { "a glob and scopes" } else { "scopes" };
            let message = format!("`{word}` takes {what} in parentheses");
            errors.push(NOT_A_LITERAL.at(word.span(), message).help(format!("write `{word}(\"..\", \"..\")`")));
            return None;
        }
        return Some(vec![Alternative::of_scope(scope(tokens, "scope", errors)?)]);
    };
    if word == "when" {
        return Some(vec![Alternative::of_condition(condition::read(word, group, errors)?)]);
    }
    let combinator = Combinator::read(&word.to_string(), &word.span(), |word| format!("{word}(..)"), errors)?;
    let elements = split(group.stream(), errors);
    combinator.check(depth, elements.len(), &word.span(), errors)?;
    // All elements are read before the first failure returns, so that all errors are reported.
    let parts: Vec<_> = elements.iter().map(|element| alternatives(element, depth + 1, errors)).collect();
    combinator.combine(parts, &word.span(), errors)
}
