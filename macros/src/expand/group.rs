//! `#[mcp_tools]`: the companion of an impl or an inline module.

use mcp_scopes_grammar::{
    group::{self, Block, BlockKind},
    ir::{GroupDecl, MemberDecl},
};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::{Extent, Runtime, at, call_companion, cfgs, group_companion, statement, tool_companion};
use crate::fallback;

/// Expands one `#[mcp_tools]`.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    match group::read(args, item.clone()) {
        (Some((decl, block)), diagnostics) if diagnostics.is_empty() => {
            beside(&block, &item, &companion(&decl, &block))
        }
        (Some((decl, block)), diagnostics) => {
            let errors = fallback::errors(&diagnostics);
            let item = beside(&block, &item, &fallback::group(&decl));
            quote!(#errors #item)
        }
        (None, diagnostics) => fallback::unread_group(&diagnostics, item),
    }
}

/// Returns the item, and its companion at the path of the item: inside a module, or in a second impl of a type.
///
/// The annotations inside stay in place, so that they are expanded separately. If another crate's attribute of the same
/// name removes one, the companion's reference to it fails.
fn beside(block: &Block, item: &TokenStream, companion: &TokenStream) -> TokenStream {
    match block.kind {
        BlockKind::Impl => {
            let (cfgs, header) = (cfgs(&block.cfgs), generated(block.header.clone()));
            quote!(#item #cfgs #header { #companion })
        }
        BlockKind::Module => {
            let (attributes, header, inner) = (&block.attributes, &block.header, block.body.stream());
            let mut body = Group::new(Delimiter::Brace, quote!(#inner #companion));
            body.set_span(block.body.span());
            quote!(#attributes #header #body)
        }
    }
}

/// Returns a header whose first token is the macro's, so that lints recognize the second impl as generated.
fn generated(header: TokenStream) -> TokenStream {
    let mut tokens = header.into_iter();
    let first = tokens.next().map(|mut token| {
        token.set_span(at(token.span()));
        token
    });
    first.into_iter().chain(tokens).collect()
}

/// The constant function that lists the group's tools and forwards problems to them.
fn companion(decl: &GroupDecl, block: &Block) -> TokenStream {
    let runtime = Runtime::of(decl.krate.as_ref());
    let name = group_companion(decl.name.as_ref(), Span::call_site());
    let (argument, own) = (statement(Span::call_site()), Ident::new("own", Span::mixed_site()));
    let scope = match block.kind {
        BlockKind::Impl => quote!(Self::),
        BlockKind::Module => TokenStream::new(),
    };
    let checks = decl.members.iter().map(|MemberDecl { ident, cfgs: conditions, .. }| {
        let (cfgs, call) = (cfgs(conditions), call_companion(&member(&scope, ident), Extent::of(ident)));
        quote!(#cfgs #call;)
    });
    let tools = decl.members.iter().map(|MemberDecl { ident, cfgs: conditions, .. }| {
        let (cfgs, member) = (cfgs(conditions), member(&scope, ident));
        let runtime = runtime.at(ident.span());
        quote_spanned!(ident.span()=> #cfgs &{
            let mut #own = #runtime::Statement::EMPTY;
            (#member)(&mut #own);
            #own.tool
        },)
    });
    quote! {
        #[doc(hidden)]
        pub const fn #name(#argument: &mut #runtime::Statement) {
            #(#checks)*
            #argument.group(const { &[#(#tools)*] });
        }
    }
}

/// Returns a member's companion, with every token at the span of the member's name.
fn member(scope: &TokenStream, ident: &Ident) -> TokenStream {
    let companion = tool_companion(ident);
    Extent::of(ident).locate(quote!(#scope #companion))
}
