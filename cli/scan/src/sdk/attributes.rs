//! Reads the attributes of SDKs, and ours that are there already.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{
    Attribute, Expr, Lit, Meta, Token,
    parse::{Parse as _, Parser as _},
    punctuated::Punctuated,
};

use crate::{
    attribute::{arguments, conditions},
    package::Package,
};

type Arguments = Punctuated<Meta, Token![,]>;

/// Returns whether an item exists in tests only.
pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("test"))
        || conditions(attributes).any(|condition| Meta::parse.parse2(condition).is_ok_and(|meta| requires_test(&meta)))
}

fn requires_test(meta: &Meta) -> bool {
    match meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => {
            let Ok(inner) = Arguments::parse_terminated.parse2(list.tokens.clone()) else { return false };
            if list.path.is_ident("all") {
                inner.iter().any(requires_test)
            } else {
                list.path.is_ident("any") && !inner.is_empty() && inner.iter().all(requires_test)
            }
        }
        Meta::NameValue(_) => false,
    }
}

/// Returns the conditions of `#[cfg(..)]`, as they are written.
pub(super) fn condition_texts(attributes: &[Attribute]) -> Vec<String> {
    conditions(attributes).map(|condition| spaced(&condition)).collect()
}

/// Returns tokens as rustfmt writes a condition: `all(feature = "a", unix)`.
fn spaced(tokens: &TokenStream) -> String {
    let text = tokens.to_string();
    text.replace(" (", "(").replace("( ", "(").replace(" )", ")").replace(" ,", ",")
}

/// Returns whether the last segment of an attribute's path is this name.
pub(super) fn is_named(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == name)
}

/// Returns whether an attribute is `#[tool]` of rmcp: not one of another crate.
pub(super) fn is_tool(attribute: &Attribute, package: &Package) -> bool {
    let path = attribute.path();
    if !is_named(attribute, "tool") {
        return false;
    }
    match path.segments.first().filter(|_| path.segments.len() > 1) {
        Some(head) => {
            let found = package.dependencies.get(&head.ident.to_string());
            found.is_none_or(|found| found.package == "rmcp" || found.folder.is_some())
        }
        None => package.dependencies.values().any(|found| found.package == "rmcp"),
    }
}

/// Returns whether a `cfg_attr` holds an attribute of that name.
pub(super) fn holds(attribute: &Attribute, name: &str) -> bool {
    attribute.path().is_ident("cfg_attr")
        && Arguments::parse_terminated.parse2(arguments(attribute)).is_ok_and(|inner| {
            inner.iter().skip(1).any(|meta| meta.path().segments.last().is_some_and(|last| last.ident == name))
        })
}

/// Returns the literal text of `key = ".."` in the arguments of an attribute.
pub(super) fn literal(attribute: &Attribute, key: &str) -> Option<String> {
    let inner = Arguments::parse_terminated.parse2(arguments(attribute)).ok()?;
    inner.iter().find_map(|meta| match meta {
        Meta::NameValue(pair) if pair.path.is_ident(key) => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}

/// Returns the flag `key = true` in the arguments of an attribute.
pub(super) fn flag(attribute: &Attribute, key: &str) -> Option<bool> {
    let inner = Arguments::parse_terminated.parse2(arguments(attribute)).ok()?;
    inner.iter().find_map(|meta| match meta {
        Meta::NameValue(pair) if pair.path.is_ident(key) => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Bool(value) => Some(value.value),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}

/// Returns the identifier of `key = name` in the arguments of an attribute.
pub(super) fn name_of(attribute: &Attribute, key: &str) -> Option<String> {
    let inner = Arguments::parse_terminated.parse2(arguments(attribute)).ok()?;
    inner.iter().find_map(|meta| match meta {
        Meta::NameValue(pair) if pair.path.is_ident(key) => {
            Some(pair.value.to_token_stream().to_string().trim_matches('"').to_owned())
        }
        _ => None,
    })
}
