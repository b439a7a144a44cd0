//! The caller check inside a guarded function.

use mcp_scopes_grammar::{
    ir::{GuardDecl, ToolDecl},
    item::FnHead,
};
use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::{Attribute, FnArg, Pat, PatIdent, ReturnType};

use super::{Extent, Runtime, at};

/// An argument of the rewritten function.
struct Argument {
    /// Its name there.
    name: Ident,
    /// Its `#[cfg(..)]` conditions.
    cfgs: Vec<Attribute>,
    /// The original pattern, if it was more than a name.
    pattern: Option<Pat>,
}

/// Returns the function with the check before its body.
pub(crate) fn function(decl: &ToolDecl, stated: &GuardDecl, head: &FnHead) -> TokenStream {
    let mut signature = head.signature.clone();
    let arguments: Vec<Argument> = signature.inputs.iter_mut().enumerate().map(name).collect();
    let check = check(decl, stated, head, &arguments);
    let body = head.body.clone().map_or_else(TokenStream::new, |body| body.stream());
    let (inner_attributes, body) = split_inner_attributes(body);
    let body = destructured(&arguments, &body);
    let (attributes, visibility) = (&head.attributes, &head.visibility);
    quote! {
        #(#attributes)*
        #visibility #signature {
            #inner_attributes
            #check
            #body
        }
    }
}

/// Names an argument, unless it already has a plain name.
fn name((place, argument): (usize, &mut FnArg)) -> Argument {
    let typed = match argument {
        FnArg::Receiver(receiver) => {
            let name = Ident::new("self", receiver.self_token.span);
            return Argument { name, cfgs: Vec::new(), pattern: None };
        }
        FnArg::Typed(typed) => typed,
    };
    let cfgs = typed.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect();
    match &*typed.pat {
        Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, .. }) => {
            Argument { name: ident.clone(), cfgs, pattern: None }
        }
        pattern => {
            let name = format_ident!("__mcp_{}", place, span = at(Extent::of(pattern).first()));
            let pattern = pattern.clone();
            *typed.pat = Pat::Ident(PatIdent {
                attrs: Vec::new(),
                by_ref: None,
                mutability: None,
                ident: name.clone(),
                subpat: None,
            });
            Argument { name, cfgs, pattern: Some(pattern) }
        }
    }
}

/// Returns early unless the caller may run the function. Types that do not fit are reported at the argument's type, the
/// return type and the substitute.
fn check(decl: &ToolDecl, stated: &GuardDecl, head: &FnHead, arguments: &[Argument]) -> TokenStream {
    let runtime = Runtime::of(decl.krate.as_ref());
    let name = &decl.name.value;
    let (caller, extent) = caller(stated, head);
    let caller = extent.locate(quote_spanned!(extent.first()=> &#caller));
    let ask = |function: TokenStream| runtime.call(extent, &function, &quote!(#caller, #name, #runtime::location!()));
    let denied = Ident::new("denied", Span::mixed_site());
    let returned = match &head.signature.output {
        ReturnType::Type(_, ty) => Extent::of(ty),
        ReturnType::Default => Extent::of(&head.signature.ident),
    };
    let refuse = runtime.call(returned, &quote!(refuse), &quote!(#denied));
    let refused = returned.locate(quote!(return ::core::result::Result::Err(#refuse)));
    let Some(substitute) = decl.substitute.as_ref() else {
        let admitted = ask(quote!(admit));
        return quote! {
            if let ::core::result::Result::Err(#denied) = #admitted {
                #refused;
            }
        };
    };
    let (route, simulated) = (ask(quote!(guard)), simulated(substitute, head, arguments));
    quote! {
        match #route {
            ::core::result::Result::Ok(#runtime::Route::Run) => {}
            ::core::result::Result::Ok(#runtime::Route::Simulate) => return #simulated,
            ::core::result::Result::Err(#denied) => #refused,
        }
    }
}

/// The caller's name in the signature, and the span of its type.
fn caller(stated: &GuardDecl, head: &FnHead) -> (Ident, Extent) {
    match head.signature.inputs.iter().nth(stated.position) {
        Some(FnArg::Typed(typed)) => match &*typed.pat {
            Pat::Ident(named) => (named.ident.clone(), Extent::of(&typed.ty)),
            _ => (stated.ident.clone(), Extent::of(&typed.ty)),
        },
        _ => (stated.ident.clone(), Extent::of(&stated.ident)),
    }
}

/// Returns the call of the substitute with the function's own arguments.
fn simulated(substitute: &TokenStream, head: &FnHead, arguments: &[Argument]) -> TokenStream {
    let extent = Extent::of(substitute);
    let arguments = arguments.iter().map(|Argument { name, cfgs, .. }| {
        let name = extent.locate(quote!(#name));
        quote!(#(#cfgs)* #name,)
    });
    let call = extent.locate(quote_spanned!(extent.last()=> (#(#arguments)*)));
    let wait = head.signature.asyncness.is_some().then(|| extent.locate(quote_spanned!(extent.last()=> .await)));
    quote!(#substitute #call #wait)
}

/// Returns the body after the argument patterns, bound in order. It uses `match`: bindings of `let` would be dropped
/// before the temporaries of the body's last expression, arguments are not.
fn destructured(arguments: &[Argument], body: &TokenStream) -> TokenStream {
    let mut body = quote!({ #body });
    for Argument { name, cfgs, pattern } in arguments.iter().rev() {
        let Some(pattern) = pattern else { continue };
        body = if cfgs.is_empty() {
            quote!(match #name { #pattern => #body })
        } else {
            quote!({ #(#cfgs)* let #pattern = #name; #body })
        };
    }
    body
}

/// Splits a body into its inner attributes, which must stay first, and the rest.
fn split_inner_attributes(body: TokenStream) -> (TokenStream, TokenStream) {
    let mut attributes = TokenStream::new();
    let mut rest = body.into_iter().peekable();
    loop {
        let mut ahead = rest.clone();
        let parts = (ahead.next(), ahead.next(), ahead.next());
        match parts {
            (Some(TokenTree::Punct(hash)), Some(TokenTree::Punct(bang)), Some(TokenTree::Group(group)))
                if hash.as_char() == '#' && bang.as_char() == '!' && group.delimiter() == Delimiter::Bracket =>
            {
                attributes.extend(rest.by_ref().take(3));
            }
            _ => return (attributes, rest.collect()),
        }
    }
}
