//! Writes the code. What is emitted, and why in this form, stands in ARCHITECTURE.md.
//!
//! Generated tokens carry the location of what the user wrote and the context of the macro (see [`at`]): an error then
//! points at the user's own text, and lints know that nobody wrote the code. Calls that may fail in const evaluation
//! carry the user's own spans, context included: the compiler then does not explain where the macro comes from.

pub(crate) mod config;
pub(crate) mod group;
pub(crate) mod guard;
pub(crate) mod table;
pub(crate) mod tool;
pub(crate) mod value;

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;

/// The hidden runtime module that all generated code names.
#[derive(Clone, Debug)]
pub(crate) struct Runtime {
    krate: Option<TokenStream>,
}

impl Runtime {
    /// The module in the crate that `crate = path` names, else in `::mcp_scopes`.
    pub(crate) fn of(krate: Option<&TokenStream>) -> Self {
        Self { krate: krate.cloned() }
    }

    /// Its path at that place, in the macro's context: lints about paths are not for what nobody wrote.
    pub(crate) fn at(&self, span: Span) -> TokenStream {
        let span = Span::call_site().located_at(span);
        let Some(krate) = self.krate.clone() else { return quote_spanned!(span=> ::mcp_scopes::__private::v1) };
        let krate = krate.into_iter().map(|mut token| {
            // `$crate` means the crate of the `macro_rules!` that wrote it, which its own context knows.
            let own = matches!(&token, TokenTree::Ident(word) if word == "$crate");
            token.set_span(if own { token.span().located_at(span) } else { span });
            token
        });
        let krate: TokenStream = krate.collect();
        quote_spanned!(span=> #krate::__private::v1)
    }

    /// A call of one of its functions that may fail, at that place. As in [`hand_on`], only the parentheses are the user's.
    pub(crate) fn call(&self, extent: Extent, function: &TokenStream, arguments: &TokenStream) -> TokenStream {
        let (span, runtime) = (extent.first, self.at(extent.first));
        let function = Extent::between(span, span).locate(function.clone());
        extent.locate(quote_spanned!(span=> (#runtime::#function)(#arguments)))
    }
}

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.at(Span::call_site()));
    }
}

/// The location of the user's text in the context of the macro.
///
/// Names of items still resolve where the macro is called; local variables are the macro's own.
pub(crate) fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// The argument of a companion, wherever it is mentioned.
pub(crate) fn statement(location: Span) -> Ident {
    Ident::new("statement", at(location))
}

/// A call of a method of the companion's argument, at the literals it is about. What the compiler looks at to say where it
/// fails, its name and parentheses, is the user's, what stands inside of them the macro's.
pub(crate) fn asked(method: &str, extent: Extent, arguments: &TokenStream, tokens: &mut TokenStream) {
    let parenthesised = |inner: TokenStream, span: Span| {
        let mut group = Group::new(Delimiter::Parenthesis, inner);
        group.set_span(span);
        TokenTree::Group(group)
    };
    tokens.extend([
        parenthesised(TokenTree::Ident(statement(extent.first)).into(), extent.first),
        TokenTree::Punct(Punct::new('.', Spacing::Alone)),
        TokenTree::Ident(Ident::new(method, extent.first)),
        parenthesised(arguments.clone(), extent.last),
    ]);
}

/// The first and the last span of what the user wrote: stable Rust cannot join them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    first: Span,
    last: Span,
}

impl Extent {
    /// From a first to a last span.
    pub(crate) const fn between(first: Span, last: Span) -> Self {
        Self { first, last }
    }

    /// From the first to the last of these tokens.
    pub(crate) fn of(tokens: &impl ToTokens) -> Self {
        let mut spans = tokens.to_token_stream().into_iter().map(|token| token.span());
        let first = spans.next().unwrap_or_else(Span::call_site);
        Self { first, last: spans.last().unwrap_or(first) }
    }

    /// The first span.
    pub(crate) const fn first(self) -> Span {
        self.first
    }

    /// The last span.
    pub(crate) const fn last(self) -> Span {
        self.last
    }

    /// These tokens at this location, each in its own context: the compiler then underlines all of it. What stands in
    /// parentheses stays where it is.
    pub(crate) fn locate(self, tokens: TokenStream) -> TokenStream {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let last = tokens.len().saturating_sub(1);
        let located = tokens.into_iter().enumerate().map(|(place, mut token)| {
            let location = if place == last { self.last } else { self.first };
            token.set_span(token.span().located_at(location));
            token
        });
        located.collect()
    }
}

/// The name of the companion of an annotated function.
///
/// It reads well in the error for a function that is listed but not annotated.
pub(crate) fn tool_companion(function: &Ident) -> Ident {
    format_ident!("__mcp_tool_annotation_of_{}", function.unraw(), span = at(function.span()))
}

/// The name of the companion of a group.
pub(crate) fn group_companion(name: Option<&Ident>, span: Span) -> Ident {
    match name {
        Some(name) => format_ident!("__mcp_tools_annotation_{}", name.unraw(), span = at(span)),
        None => Ident::new("__mcp_tools_annotation", at(span)),
    }
}

/// The call that hands the statement on to a companion, and that the compiler shows if it fails there.
///
/// The parentheses are the user's, the name within is the macro's: so the compiler neither explains the macro nor
/// offers to rename what the user wrote.
pub(crate) fn hand_on(companion: &TokenStream, extent: Extent) -> TokenStream {
    let (span, statement) = (extent.first, statement(extent.first));
    let call = quote_spanned!(span=> (#companion)(#statement));
    extent.locate(call)
}

/// A value of that type with these of its `count` fields, the others as in its constant `base`. Clippy knows when a base
/// adds nothing, also in what a macro writes.
pub(crate) fn structure(ty: &TokenStream, fields: &[TokenStream], count: usize, base: &TokenStream) -> TokenStream {
    let base = (fields.len() < count).then(|| quote!(..#ty::#base));
    quote!(#ty { #(#fields)* #base })
}

/// The `#[cfg(..)]` attributes of these conditions.
pub(crate) fn cfgs(conditions: &[TokenStream]) -> TokenStream {
    conditions.iter().map(|condition| quote!(#[cfg(#condition)])).collect()
}
