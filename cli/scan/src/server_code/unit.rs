//! The pieces of code of a package: functions, values and macros.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{FnArg, Pat, Signature, Type, ext::IdentExt as _};

use super::names::LocalNames;
use crate::{module::ModuleId, resolve::type_segments};

/// A function, a value or a macro.
pub(super) struct Unit {
    pub(super) module: ModuleId,
    /// The name of the type of its impl.
    pub(super) owner: Option<String>,
    /// Its name. Macros have none.
    pub(super) name: Option<String>,
    /// Whether it is a `static` or a `const`.
    pub(super) is_value: bool,
    /// Whether it is a method.
    pub(super) is_method: bool,
    /// Its parameters, each with the tokens of its type.
    pub(super) parameters: Vec<(String, Vec<TokenTree>)>,
    pub(super) signature: Vec<TokenTree>,
    /// The type that it returns.
    pub(super) output: Vec<TokenTree>,
    pub(super) body: Vec<TokenTree>,
    /// The imports and aliases in its body.
    pub(super) local: LocalNames,
}

impl Unit {
    pub(super) fn function(module: ModuleId, owner: Option<&str>, signature: &Signature, body: TokenStream) -> Self {
        let typed = signature.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some((pattern_name(&typed.pat)?, tokens(typed.ty.to_token_stream()))),
            FnArg::Receiver(_) => None,
        });
        Self {
            owner: owner.map(str::to_owned),
            name: Some(signature.ident.unraw().to_string()),
            is_method: signature.receiver().is_some(),
            parameters: typed.collect(),
            signature: tokens(signature.to_token_stream()),
            output: tokens(signature.output.to_token_stream()),
            ..Self::code(module, body)
        }
    }

    /// A `static` or a `const`.
    pub(super) fn value(
        module: ModuleId,
        owner: Option<&str>,
        name: &syn::Ident,
        ty: &Type,
        body: TokenStream,
    ) -> Self {
        Self {
            owner: owner.map(str::to_owned),
            name: Some(name.unraw().to_string()),
            is_value: true,
            output: tokens(ty.to_token_stream()),
            ..Self::code(module, body)
        }
    }

    /// The tokens of a macro.
    pub(super) fn code(module: ModuleId, body: TokenStream) -> Self {
        let body = tokens(body);
        Self {
            module,
            owner: None,
            name: None,
            is_value: false,
            is_method: false,
            parameters: Vec::new(),
            signature: Vec::new(),
            output: Vec::new(),
            local: LocalNames::of(&body),
            body,
        }
    }
}

fn tokens(stream: TokenStream) -> Vec<TokenTree> {
    stream.into_iter().collect()
}

/// Returns the name of a parameter.
fn pattern_name(pattern: &Pat) -> Option<String> {
    match pattern {
        Pat::Ident(name) => Some(name.ident.unraw().to_string()),
        // `State(layer): State<Layer>`
        Pat::TupleStruct(inner) => inner.elems.first().filter(|_| inner.elems.len() == 1).and_then(pattern_name),
        Pat::Reference(inner) => pattern_name(&inner.pat),
        Pat::Paren(inner) => pattern_name(&inner.pat),
        _ => None,
    }
}

/// Returns the name of the type of an impl.
pub(super) fn owner_of(ty: &Type) -> Option<String> {
    type_segments(ty).and_then(|path| path.last().cloned())
}
