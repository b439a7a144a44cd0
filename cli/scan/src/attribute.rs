//! Attributes of an item, with `cfg_attr` resolved and `cfg` evaluated.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{
    Attribute, Expr, ImplItem, Item, Lit, Meta, Token,
    ext::IdentExt as _,
    parse::{ParseStream, Parser as _},
    punctuated::Punctuated,
};

use crate::cfg::{Answer, Cfgs};

/// Resolves each `cfg_attr` in place and returns whether the item is compiled.
///
/// The `cfg` attributes are kept, since their conditions are recorded with the item.
pub(crate) fn settle(attributes: &mut Vec<Attribute>, cfgs: &Cfgs) -> Answer {
    let mut answer = Answer::Yes;
    let mut settled = Vec::with_capacity(attributes.len());
    for attribute in attributes.drain(..) {
        answer = answer.and(expand(attribute, cfgs, &mut settled));
    }
    *attributes = settled;
    for condition in conditions(attributes) {
        answer = answer.and(cfgs.evaluate(condition));
    }
    answer
}

fn expand(attribute: Attribute, cfgs: &Cfgs, settled: &mut Vec<Attribute>) -> Answer {
    if !attribute.path().is_ident("cfg_attr") {
        settled.push(attribute);
        return Answer::Yes;
    }
    let Meta::List(list) = &attribute.meta else { return Answer::Unknown("cfg_attr".to_owned()) };
    let Some((condition, metas)) = split(list.tokens.clone()) else {
        return Answer::Unknown(list.to_token_stream().to_string());
    };
    match cfgs.evaluate(condition) {
        Answer::No => Answer::Yes,
        Answer::Yes => metas.into_iter().fold(Answer::Yes, |answer, meta| {
            answer.and(expand(Attribute { meta, ..attribute.clone() }, cfgs, settled))
        }),
        // An attribute with an unknown condition matters only if it changes what is found.
        unknown if metas.iter().any(matters) => unknown,
        Answer::Unknown(_) => Answer::Yes,
    }
}

fn matters(meta: &Meta) -> bool {
    let last = meta.path().segments.last().map(|segment| segment.ident.to_string());
    last.is_some_and(|name| {
        matches!(name.as_str(), "cfg" | "cfg_attr" | "path" | "serde" | "schemars") || name.starts_with("mcp_tool")
    })
}

/// Returns the condition and the attributes of `cfg_attr(condition, attributes..)`.
pub(crate) fn split(tokens: TokenStream) -> Option<(TokenStream, Vec<Meta>)> {
    let parser = |input: ParseStream<'_>| {
        let mut condition = TokenStream::new();
        while !input.peek(Token![,]) && !input.is_empty() {
            condition.extend([input.parse::<proc_macro2::TokenTree>()?]);
        }
        input.parse::<Option<Token![,]>>()?;
        let metas = Punctuated::<Meta, Token![,]>::parse_terminated(input)?;
        Ok((condition, metas.into_iter().collect()))
    };
    parser.parse2(tokens).ok()
}

/// Returns the tokens between the parentheses of each `cfg(..)`.
pub(crate) fn conditions(attributes: &[Attribute]) -> impl Iterator<Item = TokenStream> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).map(|attribute| match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        other => other.to_token_stream(),
    })
}

/// Returns the text of `#[name = "text"]`.
pub(crate) fn text(attributes: &[Attribute], name: &str) -> Option<String> {
    attributes.iter().filter(|attribute| attribute.path().is_ident(name)).find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}

/// Returns the arguments of an attribute: the tokens between its parentheses.
pub(crate) fn arguments(attribute: &Attribute) -> TokenStream {
    match &attribute.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(pair) => {
            // None of our attributes has this form. The tokens are passed on, so the grammar reports them.
            let mut tokens = pair.eq_token.to_token_stream();
            pair.value.to_tokens(&mut tokens);
            tokens
        }
    }
}

/// Returns the last segments of the paths in each `derive(..)`.
pub(crate) fn derives(attributes: &[Attribute]) -> Vec<String> {
    let of_each = attributes.iter().filter(|attribute| attribute.path().is_ident("derive")).flat_map(|attribute| {
        let parser = Punctuated::<syn::Path, Token![,]>::parse_terminated;
        parser.parse2(arguments(attribute)).unwrap_or_default()
    });
    of_each.filter_map(|path| Some(path.segments.last()?.ident.unraw().to_string())).collect()
}

/// Returns the attributes of an item, or `None` for tokens that the parser does not know as an item.
pub(crate) fn of_item(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    Some(match item {
        Item::Const(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        Item::ExternCrate(item) => &mut item.attrs,
        Item::Fn(item) => &mut item.attrs,
        Item::ForeignMod(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Macro(item) => &mut item.attrs,
        Item::Mod(item) => &mut item.attrs,
        Item::Static(item) => &mut item.attrs,
        Item::Struct(item) => &mut item.attrs,
        Item::Trait(item) => &mut item.attrs,
        Item::TraitAlias(item) => &mut item.attrs,
        Item::Type(item) => &mut item.attrs,
        Item::Union(item) => &mut item.attrs,
        Item::Use(item) => &mut item.attrs,
        _ => return None,
    })
}

/// Returns the attributes of an element of an impl.
pub(crate) fn of_impl_item(item: &mut ImplItem) -> Option<&mut Vec<Attribute>> {
    Some(match item {
        ImplItem::Const(item) => &mut item.attrs,
        ImplItem::Fn(item) => &mut item.attrs,
        ImplItem::Type(item) => &mut item.attrs,
        ImplItem::Macro(item) => &mut item.attrs,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn cfg_attr_is_resolved() {
        let mut cfgs = Cfgs::default();
        cfgs.add("unix").unwrap();
        let mut attributes: Vec<Attribute> = parse_quote! {
            #[cfg_attr(unix, cfg_attr(unix, path = "a.rs"), inline)]
            #[cfg_attr(test, mcp_tool(risk = "low"))]
            #[cfg_attr(loom, allow(dead_code))]
        };
        assert_eq!(settle(&mut attributes, &cfgs), Answer::Yes);
        assert_eq!(attributes.len(), 2);
        assert_eq!(text(&attributes, "path").as_deref(), Some("a.rs"));
        let mut attributes: Vec<Attribute> = parse_quote!(#[cfg_attr(unix, cfg(test))]);
        assert_eq!(settle(&mut attributes, &cfgs), Answer::No);
        let mut attributes: Vec<Attribute> = parse_quote!(#[cfg_attr(loom, mcp_tool(risk = "low"))]);
        assert_eq!(settle(&mut attributes, &cfgs), Answer::Unknown("loom".to_owned()));
    }
}
