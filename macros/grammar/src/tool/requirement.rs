//! `scope = ..`, expanded to any-of over all-of.

use crate::{
    args::{Arg, call, split},
    catalogue::{BAD_SCOPE, EMPTY_LIST, NOT_A_LITERAL, REPEATED_VALUE, REQUIREMENT_TOO_LARGE, UNKNOWN_VALUE},
    diagnostic::Diagnostics,
    ir::{Located, Spanned},
    literal,
};
use mcp_scopes_model::{
    nearest::nearest,
    requirement::{MAX_ALTERNATIVES, MAX_SCOPES_PER_ALTERNATIVE},
    scope::scope_token,
};
use proc_macro2::{Span, TokenTree};

/// The maximum nesting of `all` and `any`. Real requirements need two levels. The limit bounds the stack.
pub const MAX_DEPTH: usize = 8;

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

type Alternatives = Vec<Vec<Spanned<String>>>;

pub(super) fn read(arg: &Arg, errors: &mut Diagnostics) -> Option<RequirementDecl<Span>> {
    if let crate::args::Value::List(_) = arg.value {
        let message = "`scope` takes one value, not a list".to_owned();
        let help = "write `scope = any(..)` if one of the scopes is enough, `scope = all(..)` if all are needed";
        errors.push(crate::catalogue::MALFORMED_ARGUMENT.at(arg.span, message).help(help));
        return None;
    }
    alternatives(arg.equals(errors)?, 0, errors).map(RequirementDecl::AnyOf)
}

/// Reads a scope literal.
pub(super) fn scope(tokens: &[TokenTree], what: &str, errors: &mut Diagnostics) -> Option<Spanned<String>> {
    let scope = literal::string(tokens, what, errors)?;
    if let Err(error) = scope_token(&scope.value) {
        let diagnostic = BAD_SCOPE.at(scope.place, format!("the scope `{}` {}", scope.value, error.reason()));
        errors.push(if scope.value.trim().contains(' ') {
            let parts: Vec<String> = scope.value.split_whitespace().map(|part| format!("\"{part}\"")).collect();
            let list = if what == "scope" { "all" } else { what };
            diagnostic.help(format!("write each scope as a separate string, as in `{list}({})`", parts.join(", ")))
        } else {
            diagnostic
        });
        return None;
    }
    Some(scope)
}

fn alternatives(tokens: &[TokenTree], depth: usize, errors: &mut Diagnostics) -> Option<Alternatives> {
    let Some((word, group)) = call(tokens) else {
        if let Some(TokenTree::Ident(word)) = tokens.first()
            && (word == "all" || word == "any")
        {
            let message = format!("`{word}` takes scopes in parentheses");
            errors.push(NOT_A_LITERAL.at(word.span(), message).help(format!("write `{word}(\"..\", \"..\")`")));
            return None;
        }
        return Some(vec![vec![scope(tokens, "scope", errors)?]]);
    };
    let all = word == "all";
    if !all && word != "any" {
        let help = match nearest(&word.to_string(), &["all", "any"]) {
            Some(near) => format!("write `{near}(..)`"),
            None => "write `any(..)` if one of the scopes is enough, `all(..)` if all are needed".to_owned(),
        };
        errors.push(UNKNOWN_VALUE.at(word.span(), format!("unknown combinator `{word}(..)` in `scope`")).help(help));
        return None;
    }
    if depth == MAX_DEPTH {
        let message = format!("the requirement is nested deeper than {MAX_DEPTH} levels");
        errors.push(REQUIREMENT_TOO_LARGE.at(word.span(), message).help("write it with fewer levels"));
        return None;
    }
    let elements = split(group.stream(), errors);
    if elements.is_empty() {
        let message = if all { "`all()` would require nothing" } else { "`any()` could never be satisfied" };
        let help = "name at least one scope, or write `authenticated` to open the tool to every valid token";
        errors.push(EMPTY_LIST.at(word.span(), message.to_owned()).help(help));
        return None;
    }
    // All elements are read before the first failure returns, so that all errors are reported.
    let parts: Vec<_> = elements.iter().map(|element| alternatives(element, depth + 1, errors)).collect();
    let mut sum: Alternatives = if all { vec![Vec::new()] } else { Vec::new() };
    repeated(&parts, if all { "all" } else { "any" }, errors);
    for part in parts.into_iter().collect::<Option<Vec<_>>>()? {
        sum = absorbed(if all { product(&sum, &part) } else { [sum, part].concat() });
        within_limits(&sum, word.span(), errors)?;
    }
    Some(sum)
}

/// Reports a scope that appears directly in a list twice.
fn repeated(parts: &[Option<Alternatives>], list: &str, errors: &mut Diagnostics) {
    let alone = |part: &'_ Option<Alternatives>| match part.as_deref() {
        Some([all]) => match all.as_slice() {
            [scope] => Some(scope.clone()),
            _ => None,
        },
        _ => None,
    };
    let scopes: Vec<Spanned<String>> = parts.iter().filter_map(alone).collect();
    for (place, scope) in scopes.iter().enumerate() {
        if scopes.iter().take(place).any(|earlier| earlier.value == scope.value) {
            let message = format!("duplicate scope `{}` in this `{list}(..)`", scope.value);
            errors.push(REPEATED_VALUE.at(scope.place, message));
        }
    }
}

/// Joins each alternative of one side with each alternative of the other.
fn product(left: &Alternatives, right: &Alternatives) -> Alternatives {
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
fn absorbed(mut list: Alternatives) -> Alternatives {
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

fn holds(alternative: &[Spanned<String>], scope: &Spanned<String>) -> bool {
    alternative.iter().any(|held| held.value == scope.value)
}

fn within_limits(list: &Alternatives, span: Span, errors: &mut Diagnostics) -> Option<()> {
    let longest = list.iter().map(Vec::len).max().unwrap_or_default();
    let message = if list.len() > MAX_ALTERNATIVES {
        format!("the requirement expands to more than {MAX_ALTERNATIVES} alternatives")
    } else if longest > MAX_SCOPES_PER_ALTERNATIVE {
        format!("one alternative requires more than {MAX_SCOPES_PER_ALTERNATIVE} scopes")
    } else {
        return Some(());
    };
    errors.push(REQUIREMENT_TOO_LARGE.at(span, message));
    None
}
