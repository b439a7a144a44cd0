//! Attributes as they apply: `#[cfg_attr(..)]` is expanded, and each part keeps the conditions around it.

use crate::args::{span_of, split};
use crate::diagnostic::Diagnostics;
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Meta};

/// One attribute.
#[derive(Clone)]
pub(crate) struct Attr {
    /// The last segment of its path.
    pub(crate) name: String,
    /// Whether the path is that segment alone.
    pub(crate) plain: bool,
    /// The span of its first token.
    pub(crate) span: Span,
    /// The contents of its parentheses.
    pub(crate) args: Option<TokenStream>,
    /// The tokens after its `=`.
    pub(crate) value: Option<Vec<TokenTree>>,
    /// The conditions of the `#[cfg_attr(..)]`s around it, outermost first.
    pub(crate) conditions: Vec<TokenStream>,
    /// Its index among the attributes in the source.
    pub(crate) place: usize,
}

/// The attributes, in source order.
pub(crate) fn read(attributes: &[Attribute]) -> Vec<Attr> {
    let mut list = Vec::new();
    for (place, attribute) in attributes.iter().enumerate() {
        let path = attribute.path();
        let (Some(name), false) = (path.segments.last(), path.is_ident("cfg_attr")) else {
            of_tokens(attribute.meta.to_token_stream(), place, &mut list);
            continue;
        };
        let (args, value) = match &attribute.meta {
            Meta::List(list) => (Some(list.tokens.clone()), None),
            Meta::NameValue(pair) => (None, Some(pair.value.to_token_stream().into_iter().collect())),
            Meta::Path(_) => (None, None),
        };
        let name = name.ident.to_string();
        let span = path.segments.first().map_or_else(Span::call_site, |first| first.ident.span());
        let (plain, conditions) = (path.get_ident().is_some(), Vec::new());
        list.push(Attr { name, plain, span, args, value, conditions, place });
    }
    list
}

/// Reads one attribute from the tokens between its brackets. `place` is its index.
pub(crate) fn of_tokens(tokens: TokenStream, place: usize, list: &mut Vec<Attr>) {
    add(tokens, place, &[], list);
}

/// Returns the conditions of all `#[cfg(..)]`s.
pub(crate) fn cfgs(attributes: &[Attr]) -> Vec<TokenStream> {
    let mut cfgs = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.plain && attribute.name == "cfg") {
        let Some(condition) = &attribute.args else { continue };
        let outer = &attribute.conditions;
        cfgs.push(match outer.as_slice() {
            [] => condition.clone(),
            [outer] => quote!(any(not(#outer), #condition)),
            outer => quote!(any(not(all(#(#outer),*)), #condition)),
        });
    }
    cfgs
}

fn add(tokens: TokenStream, place: usize, conditions: &[TokenStream], list: &mut Vec<Attr>) {
    let (mut name, mut plain, mut args, mut value) = (String::new(), true, None, None);
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let span = span_of(&tokens);
    let mut rest = tokens.into_iter();
    while let Some(token) = rest.next() {
        match token {
            TokenTree::Ident(segment) => {
                name = segment.to_string();
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => plain = false,
            TokenTree::Punct(punct) if punct.as_char() == '=' => {
                value = Some(rest.collect());
                break;
            }
            // A `$meta:meta` capture arrives in an invisible group.
            TokenTree::Group(group) if group.delimiter() == Delimiter::None && name.is_empty() => {
                return add(group.stream(), place, conditions, list);
            }
            TokenTree::Group(group) => {
                args = Some(group.stream());
                break;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => break,
        }
    }
    if plain && name == "cfg_attr" {
        let mut errors = Diagnostics::new();
        let mut parts = split(args.unwrap_or_default(), &mut errors).into_iter();
        // The compiler reports a malformed `cfg_attr`.
        drop(errors.finish());
        if let Some(condition) = parts.next().map(TokenStream::from_iter) {
            let conditions: Vec<_> = conditions.iter().cloned().chain([condition]).collect();
            parts.for_each(|part| add(part.into_iter().collect(), place, &conditions, list));
        }
        return;
    }
    list.push(Attr { name, plain, span, args, value, conditions: conditions.to_vec(), place });
}
