//! The code that is emitted next to errors: the user's item, and placeholders for the names that other macros refer to.
//!
//! Without placeholders, an error in an annotation would also cause errors about a missing name in the table and a
//! missing function at every call.

use mcp_scopes_grammar::{
    catalogue::NO_BODY,
    diagnostic::Diagnostic,
    ir::{GroupDecl, TableDecl},
};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use syn::ext::IdentExt as _;

use crate::expand::{Runtime, group_companion, statement, tool::declare};

/// Emits all errors of one item.
pub(crate) fn errors(diagnostics: &[Diagnostic]) -> TokenStream {
    diagnostics.iter().map(Diagnostic::to_compile_error).collect()
}

/// Emits a function whose annotation has errors, unchanged, and a placeholder.
pub(crate) fn function(diagnostics: &[Diagnostic], item: &TokenStream, placeholder: &TokenStream) -> TokenStream {
    // A second annotation is one of the errors. Expanding it would add a second companion.
    let (errors, item) = (errors(diagnostics), drop_annotations(item.clone()));
    quote!(#errors #[allow(dead_code)] #item #placeholder)
}

/// Emits an item that could not be parsed as a function. If it contains a function nevertheless, its companion is
/// emitted too.
pub(crate) fn unread_function(diagnostic: &Diagnostic, item: &TokenStream) -> TokenStream {
    let errors = errors(core::slice::from_ref(diagnostic));
    // A function without a body belongs to a trait, which cannot contain a companion.
    let name = name_behind(item, "fn").filter(|_| diagnostic.id != NO_BODY.id);
    let companion = name.map(|name| tool(&name, &TokenStream::new(), &Runtime::of(None)));
    quote!(#errors #item #companion)
}

fn name_behind(item: &TokenStream, keyword: &str) -> Option<Ident> {
    let mut tokens = item.clone().into_iter();
    tokens.find(|token| matches!(token, TokenTree::Ident(word) if word == keyword))?;
    match tokens.next() {
        Some(TokenTree::Ident(name)) => Some(name),
        _ => None,
    }
}

/// A companion that states and requires nothing, so that it causes no further errors.
pub(crate) fn tool(function: &Ident, visibility: &impl ToTokens, runtime: &Runtime) -> TokenStream {
    let name = function.unraw().to_string();
    declare(&[], visibility, function, runtime, &states(&name, &quote!(#runtime::Requirement::Public)))
}

/// The call that states only a name and a requirement.
pub(crate) fn states(name: &str, requirement: &TokenStream) -> TokenStream {
    let statement = statement(Span::call_site());
    quote!(#statement.placeholder(#name, #requirement))
}

/// An empty group.
pub(crate) fn group(decl: &GroupDecl) -> TokenStream {
    let runtime = Runtime::of(decl.krate.as_ref());
    let (companion, statement) = (group_companion(decl.name.as_ref(), Span::call_site()), statement(Span::call_site()));
    quote! {
        #[doc(hidden)]
        pub const fn #companion(#statement: &mut #runtime::Statement) {
            #statement.group(&[])
        }
    }
}

/// Emits an item that cannot be a group, such as a trait impl. The annotations inside are removed, since they would
/// report the same error again.
pub(crate) fn unread_group(diagnostics: &[Diagnostic], item: TokenStream) -> TokenStream {
    let (errors, item) = (errors(diagnostics), without_annotations(item));
    quote!(#errors #item)
}

fn without_annotations(item: TokenStream) -> TokenStream {
    let mut kept = TokenStream::new();
    for token in item {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let mut inner = Group::new(Delimiter::Brace, drop_annotations(group.stream()));
                inner.set_span(group.span());
                kept.extend([TokenTree::Group(inner)]);
            }
            token => kept.extend([token]),
        }
    }
    kept
}

/// Removes the `#[mcp_tool]` attributes.
fn drop_annotations(items: TokenStream) -> TokenStream {
    let mut kept = TokenStream::new();
    let mut tokens = items.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_annotation = matches!(&token, TokenTree::Punct(mark) if mark.as_char() == '#')
            && matches!(tokens.peek(), Some(TokenTree::Group(group)) if is_annotation(group));
        if is_annotation {
            tokens.next();
        } else {
            kept.extend([token]);
        }
    }
    kept
}

/// Returns whether the brackets contain `mcp_tool` or `path::mcp_tool`, with or without arguments.
fn is_annotation(attribute: &Group) -> bool {
    let path = attribute.stream().into_iter().take_while(|token| !matches!(token, TokenTree::Group(_)));
    matches!(path.last(), Some(TokenTree::Ident(name)) if name == "mcp_tool")
}

/// Emits an empty table next to the errors of its configuration or list. The items in its list count as used.
pub(crate) fn table(errors: &[Diagnostic], decl: &TableDecl, entries: &TokenStream, runtime: &Runtime) -> TokenStream {
    let errors = self::errors(errors);
    let TableDecl { attributes, visibility, ident, .. } = decl;
    quote! {
        #errors
        #attributes
        #visibility static #ident: #runtime::ScopeTable = {
            #entries
            #runtime::ScopeTable::EMPTY
        };
    }
}
