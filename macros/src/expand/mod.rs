//! Writes the code. What is emitted, and why in this form, stands in ARCHITECTURE.md.
//!
//! Generated tokens carry the location of what the user wrote and the context of the macro (see [`at`]): an error then
//! points at the user's own text, and lints know that nobody wrote the code.

pub(crate) mod config;
pub(crate) mod group;
pub(crate) mod guard;
pub(crate) mod table;
pub(crate) mod tool;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt as _;

/// The hidden runtime module that all generated code names.
#[derive(Clone, Debug)]
pub(crate) struct Runtime {
    path: TokenStream,
}

impl Runtime {
    /// The module in the crate that `crate = path` names, else in `::mcp_scopes`.
    pub(crate) fn of(krate: Option<&TokenStream>) -> Self {
        let krate = krate.map_or_else(|| quote!(::mcp_scopes), TokenStream::clone);
        Self { path: quote!(#krate::__private::v1) }
    }
}

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.path.to_tokens(tokens);
    }
}

/// The location of the user's text in the context of the macro.
///
/// Names of items still resolve where the macro is called; local variables are the macro's own.
pub(crate) fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// The first and the last span of what the user wrote: stable Rust cannot join them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    first: Span,
    last: Span,
}

impl Extent {
    /// From the first to the last of these tokens.
    pub(crate) fn of(tokens: &impl ToTokens) -> Self {
        let mut spans = tokens.to_token_stream().into_iter().map(|token| token.span());
        let first = spans.next().unwrap_or_else(Span::call_site);
        Self { first, last: spans.last().unwrap_or(first) }
    }

    /// These tokens at this location, each in its own context: the compiler then underlines all of it.
    pub(crate) fn locate(self, tokens: TokenStream) -> TokenStream {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let last = tokens.len().saturating_sub(1);
        let located = tokens.into_iter().enumerate().map(|(place, token)| {
            let location = if place == last { self.last } else { self.first };
            match token {
                TokenTree::Group(group) if group.delimiter() != Delimiter::None => {
                    let mut inner = Group::new(group.delimiter(), self.locate(group.stream()));
                    inner.set_span(group.span().located_at(location));
                    TokenTree::Group(inner)
                }
                mut token => {
                    token.set_span(token.span().located_at(location));
                    token
                }
            }
        });
        located.collect()
    }
}

/// The name of the companion of an annotated function.
pub(crate) fn tool_companion(function: &Ident) -> Ident {
    format_ident!("__mcp_tool_{}", function.unraw(), span = at(function.span()))
}

/// The name of the companion of a group.
pub(crate) fn group_companion(name: Option<&Ident>, span: Span) -> Ident {
    match name {
        Some(name) => format_ident!("__mcp_tools_{}", name.unraw(), span = at(span)),
        None => Ident::new("__mcp_tools", at(span)),
    }
}

/// The `#[cfg(..)]` attributes of these conditions.
pub(crate) fn cfgs(conditions: &[TokenStream]) -> TokenStream {
    conditions.iter().map(|condition| quote!(#[cfg(#condition)])).collect()
}
