//! Code generation. ARCHITECTURE.md explains what is emitted, and why in this form.
//!
//! Generated tokens have the location of the user's code and the context of the macro (see [`at`]). Errors then point
//! at the user's text, and lints recognize the code as generated. Calls that may fail in const evaluation have the
//! user's own spans, context included, so that the compiler does not explain the macro's origin.

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
    /// The module in the crate that `crate = path` names. Defaults to `::mcp_scopes`.
    pub(crate) fn of(krate: Option<&TokenStream>) -> Self {
        Self { krate: krate.cloned() }
    }

    /// Its path at that span, in the macro's context, so that lints about paths do not apply to generated code.
    pub(crate) fn at(&self, span: Span) -> TokenStream {
        let span = Span::call_site().located_at(span);
        let Some(krate) = self.krate.clone() else { return quote_spanned!(span=> ::mcp_scopes::__private::v1) };
        let krate = krate.into_iter().map(|mut token| {
            // `$crate` refers to the crate of the `macro_rules!` that wrote it, which only its own context identifies.
            let own = matches!(&token, TokenTree::Ident(word) if word == "$crate");
            token.set_span(if own { token.span().located_at(span) } else { span });
            token
        });
        let krate: TokenStream = krate.collect();
        quote_spanned!(span=> #krate::__private::v1)
    }

    /// A call of one of its functions that may fail, at that span. As in [`call_companion`], only the parentheses are the
    /// user's.
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

/// The argument of a companion, at every mention.
pub(crate) fn statement(location: Span) -> Ident {
    Ident::new("statement", at(location))
}

/// Writes a call of a method of the companion's argument, at the literals that it concerns. The compiler reports a
/// failure at the method's name and parentheses, which have the user's spans. The contents of the parentheses have the
/// macro's.
pub(crate) fn write_located_call(method: &str, extent: Extent, arguments: &TokenStream, tokens: &mut TokenStream) {
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

/// The first and last span of a piece of user code. Stable Rust cannot join them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    first: Span,
    last: Span,
}

impl Extent {
    /// Returns the extent between two spans.
    pub(crate) const fn between(first: Span, last: Span) -> Self {
        Self { first, last }
    }

    /// Returns the extent of these tokens.
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

    /// Places these tokens at this extent, each in its own context, so that the compiler underlines all of it. The
    /// contents of parentheses keep their spans.
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

/// Returns the name of the companion of an annotated function.
///
/// The name is readable, since it appears in the error for a listed function without an annotation.
pub(crate) fn tool_companion(function: &Ident) -> Ident {
    format_ident!("__mcp_tool_annotation_of_{}", function.unraw(), span = at(function.span()))
}

/// Returns the name of the companion of a group.
pub(crate) fn group_companion(name: Option<&Ident>, span: Span) -> Ident {
    match name {
        Some(name) => format_ident!("__mcp_tools_annotation_{}", name.unraw(), span = at(span)),
        None => Ident::new("__mcp_tools_annotation", at(span)),
    }
}

/// Writes the call that passes the statement to a companion. The compiler shows this call if the companion fails.
///
/// The parentheses are the user's, the name inside is the macro's. As a result, the compiler neither explains the macro
/// nor suggests renaming the user's code.
pub(crate) fn call_companion(companion: &TokenStream, extent: Extent) -> TokenStream {
    let (span, statement) = (extent.first, statement(extent.first));
    let call = quote_spanned!(span=> (#companion)(#statement));
    extent.locate(call)
}

/// Returns a value of that type with these of its `count` fields. The others come from its constant `base`. Clippy
/// warns about a base that adds nothing, also in generated code.
pub(crate) fn structure(ty: &TokenStream, fields: &[TokenStream], count: usize, base: &TokenStream) -> TokenStream {
    let base = (fields.len() < count).then(|| quote!(..#ty::#base));
    quote!(#ty { #(#fields)* #base })
}

/// The `#[cfg(..)]` attributes of these conditions.
pub(crate) fn cfgs(conditions: &[TokenStream]) -> TokenStream {
    conditions.iter().map(|condition| quote!(#[cfg(#condition)])).collect()
}
