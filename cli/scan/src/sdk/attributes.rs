//! Reads the attributes of SDKs, and ours that are there already.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens as _;
use syn::{
    Attribute, Expr, Lit, Meta, Path, Token,
    parse::{Parse as _, Parser as _},
    punctuated::Punctuated,
    spanned::Spanned as _,
};

use crate::{
    attribute::{arguments, conditions, split},
    import::Import,
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

/// The names under which a module can write an attribute of rmcp: its own name, and those that imports give to it.
pub(super) struct Names {
    attribute: &'static str,
    aliases: Vec<String>,
}

impl Names {
    pub(super) fn of(attribute: &'static str, imports: &[Import], package: &Package) -> Self {
        let of_sdk = |head: &str| match package.dependencies.get(head) {
            Some(found) => found.package == "rmcp" || found.folder.is_some(),
            // A module may import it first.
            None => true,
        };
        let renamed = imports.iter().filter(|import| {
            import.path.last().is_some_and(|last| last == attribute)
                && import.path.first().is_some_and(|head| of_sdk(head))
        });
        let names = renamed.filter_map(|import| import.name.clone()).filter(|name| name != attribute);
        Self { attribute, aliases: names.collect() }
    }

    fn is_alias(&self, path: &Path) -> bool {
        path.get_ident().is_some_and(|name| self.aliases.iter().any(|alias| name == alias))
    }

    /// Returns whether a path is that of the attribute, under any crate.
    pub(super) fn is(&self, path: &Path) -> bool {
        path.segments.last().is_some_and(|last| last.ident == self.attribute) || self.is_alias(path)
    }
}

/// `#[tool]` of rmcp on a function.
pub(super) struct SdkAttribute {
    /// The attribute without `cfg_attr` around it.
    pub(super) attribute: Attribute,
    /// The place of the whole attribute.
    pub(super) span: Span,
    /// The conditions of `cfg_attr` around it.
    pub(super) conditions: Vec<String>,
    /// Whether an import gives it another name, which our macros do not know.
    pub(super) is_renamed: bool,
}

/// Returns each `#[tool]` of rmcp, also inside of `cfg_attr`; not those of another crate.
pub(super) fn tools(attributes: &[Attribute], names: &Names, package: &Package) -> Vec<SdkAttribute> {
    let mut found = Vec::new();
    for attribute in attributes {
        expand(attribute, attribute.span(), &[], &mut |attribute, span, conditions| {
            if is_tool(attribute.path(), names, package) {
                let is_renamed = names.is_alias(attribute.path());
                found.push(SdkAttribute { attribute, span, conditions: conditions.to_vec(), is_renamed });
            }
        });
    }
    found
}

fn expand(attribute: &Attribute, span: Span, around: &[String], add: &mut impl FnMut(Attribute, Span, &[String])) {
    if !attribute.path().is_ident("cfg_attr") {
        add(attribute.clone(), span, around);
        return;
    }
    let Some((condition, metas)) = split(arguments(attribute)) else { return };
    let conditions = [around, &[spaced(&condition)]].concat();
    for meta in metas {
        expand(&Attribute { meta, ..attribute.clone() }, span, &conditions, add);
    }
}

fn is_tool(path: &Path, names: &Names, package: &Package) -> bool {
    if names.is_alias(path) {
        return true;
    }
    if !names.is(path) {
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

/// Returns the hint, or the worse value if the attribute states it in another form.
pub(super) fn destructive(attribute: &Attribute, read: Option<bool>) -> Option<bool> {
    read.or_else(|| states(attribute, "destructive_hint").then_some(true))
}

/// Returns whether an attribute, also one inside of `cfg_attr`, has that name.
pub(super) fn holds(attribute: &Attribute, name: &str) -> bool {
    let mut is_held = false;
    expand(attribute, attribute.span(), &[], &mut |attribute, _, _| is_held |= is_named(&attribute, name));
    is_held
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

/// Returns whether the arguments of an attribute, also nested ones, have that key.
pub(super) fn states(attribute: &Attribute, key: &str) -> bool {
    fn has(tokens: TokenStream, key: &str) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(name) => name == key,
            proc_macro2::TokenTree::Group(group) => has(group.stream(), key),
            _ => false,
        })
    }
    has(arguments(attribute), key)
}
