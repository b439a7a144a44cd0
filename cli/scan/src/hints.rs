//! Reads behaviour hints from the SDK's attribute, such as `#[tool(annotations(read_only_hint = true))]` of rmcp.

use std::sync::Arc;

use syn::{Attribute, Expr, Lit, Meta, Token, parse::Parser as _, punctuated::Punctuated, spanned::Spanned as _};

use crate::{
    attribute::arguments,
    source::{Place, Placed},
};

/// The hints of a tool's behaviour (MCP 2026-07-28, Tools: `ToolAnnotations`). `None` is a missing hint, for which
/// clients assume the worse value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are those of MCP")]
pub struct Hints {
    pub read_only: Option<Placed<bool>>,
    pub destructive: Option<Placed<bool>>,
    pub idempotent: Option<Placed<bool>>,
    pub open_world: Option<Placed<bool>>,
}

impl Hints {
    /// Returns whether the tool declares that it changes nothing.
    #[must_use]
    pub fn says_read_only(&self) -> bool {
        self.read_only.as_ref().is_some_and(|hint| hint.value)
    }

    /// Returns whether the tool declares that it is destructive.
    #[must_use]
    pub fn says_destructive(&self) -> bool {
        self.destructive.as_ref().is_some_and(|hint| hint.value)
    }
}

type Arguments = Punctuated<Meta, Token![,]>;

/// Reads the hints from the attributes of a function. A value that is not a literal counts as missing.
pub(crate) fn read(attributes: &[Attribute], file: &Arc<str>) -> Hints {
    let mut hints = Hints::default();
    let named = |attribute: &&Attribute| attribute.path().segments.last().is_some_and(|last| last.ident == "tool");
    for attribute in attributes.iter().filter(named) {
        of_attribute(attribute, file, &mut hints);
    }
    hints
}

/// Adds the hints of one attribute.
pub(crate) fn of_attribute(attribute: &Attribute, file: &Arc<str>, hints: &mut Hints) {
    let Ok(inner) = Arguments::parse_terminated.parse2(arguments(attribute)) else { return };
    for meta in inner.iter().filter(|meta| meta.path().is_ident("annotations")) {
        let Meta::List(list) = meta else { continue };
        let Ok(inner) = Arguments::parse_terminated.parse2(list.tokens.clone()) else { continue };
        for meta in &inner {
            hint(meta, file, hints);
        }
    }
}

fn hint(meta: &Meta, file: &Arc<str>, hints: &mut Hints) {
    let value = match meta {
        // The key without a value is `true`.
        Meta::Path(_) => true,
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Bool(value) => value.value,
                _ => return,
            },
            _ => return,
        },
        Meta::List(_) => return,
    };
    let Some(name) = meta.path().get_ident().map(ToString::to_string) else { return };
    let place = match name.as_str() {
        "read_only_hint" => &mut hints.read_only,
        "destructive_hint" => &mut hints.destructive,
        "idempotent_hint" => &mut hints.idempotent,
        "open_world_hint" => &mut hints.open_world,
        _ => return,
    };
    *place = Some(Placed { value, place: Place::of(file, meta.span()) });
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn literals_are_read() {
        let function: syn::ItemFn = syn::parse_quote! {
            #[doc = "x"]
            #[rmcp::tool(name = "a", annotations(title = "A", read_only_hint = true, destructive_hint = false, open_world_hint, idempotent_hint = X))]
            fn f() {}
        };
        let hints = read(&function.attrs, &"a.rs".into());
        assert!(hints.says_read_only() && !hints.says_destructive());
        assert_eq!(hints.destructive.map(|hint| hint.value), Some(false));
        assert_eq!(hints.open_world.map(|hint| hint.value), Some(true));
        assert_eq!(hints.idempotent, None);
    }
}
