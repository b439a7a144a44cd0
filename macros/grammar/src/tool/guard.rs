//! `guard = argument`: the argument that holds the caller, and the signature that a denial requires.

use crate::{
    args::{Arg, only, span_of},
    catalogue::{GUARD_IN_CONST, GUARD_NEEDS_RESULT, SIMULATE_WITHOUT_GUARD, UNKNOWN_ARGUMENT, WRONG_TYPE},
    diagnostic::Diagnostics,
    ir::{GuardDecl, Spanned},
    item::FnHead,
};
use mcp_scopes_model::{SandboxMode, nearest::nearest};
use proc_macro2::{Ident, TokenTree};
use syn::{FnArg, Pat, ReturnType, Type, ext::IdentExt, spanned::Spanned as _};

/// The value of the key, before the signature is checked.
#[derive(Default)]
pub(super) struct GuardKey {
    /// Whether the key is present.
    present: bool,
    ident: Option<Ident>,
}

impl GuardKey {
    pub(super) fn read(&mut self, arg: &Arg, errors: &mut Diagnostics) {
        self.present = true;
        let Some(tokens) = arg.equals(errors) else { return };
        if let Some(TokenTree::Ident(ident)) = only(tokens) {
            self.ident = Some(ident);
        } else {
            let message = "`guard` takes the name of one of the function's arguments".to_owned();
            errors.push(WRONG_TYPE.at(span_of(tokens), message).help("write it without quotes: `guard = caller`"));
        }
    }
}

/// Finds the argument that holds the caller, and checks the signature.
pub(super) fn check(
    head: &FnHead,
    key: &GuardKey,
    sandbox: Option<&Spanned<SandboxMode>>,
    errors: &mut Diagnostics,
) -> Option<GuardDecl> {
    let simulate = sandbox.filter(|sandbox| sandbox.value == SandboxMode::Simulate);
    if let Some(sandbox) = simulate
        && !key.present
    {
        let message = "`simulate` runs a substitute for sandbox callers, so the function needs the caller";
        errors.push(SIMULATE_WITHOUT_GUARD.at(sandbox.place, message.to_owned()));
    }
    let ident = key.ident.as_ref()?;
    let guard = argument(head, ident, errors);
    let signature = &head.signature;
    if let Some(token) = &signature.constness {
        let message = "`guard` checks the caller at run time, so the function cannot be `const`".to_owned();
        errors.push(GUARD_IN_CONST.at(token.span, message));
    }
    if !returns_result(&signature.output) {
        let span = match &signature.output {
            ReturnType::Default => signature.ident.span(),
            ReturnType::Type(_, ty) => ty.span(),
        };
        let message = "`guard` returns a denial as an error, so the function must return `Result`".to_owned();
        errors.push(GUARD_NEEDS_RESULT.at(span, message));
    }
    guard
}

fn argument(head: &FnHead, ident: &Ident, errors: &mut Diagnostics) -> Option<GuardDecl> {
    let names: Vec<(usize, String)> = head
        .signature
        .inputs
        .iter()
        .enumerate()
        .filter_map(|(position, input)| match input {
            FnArg::Typed(typed) => match &*typed.pat {
                Pat::Ident(name) if name.subpat.is_none() => Some((position, name.ident.unraw().to_string())),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        })
        .collect();
    let wanted = ident.unraw().to_string();
    if let Some((position, _)) = names.iter().find(|(_, name)| *name == wanted) {
        return Some(GuardDecl { ident: ident.clone(), position: *position });
    }
    let candidates: Vec<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
    let diagnostic = UNKNOWN_ARGUMENT.at(ident.span(), format!("unknown argument `{wanted}` in `guard`"));
    errors.push(match nearest(&wanted, &candidates) {
        Some(near) => diagnostic.help(format!("write `guard = {near}`")),
        None => diagnostic,
    });
    None
}

fn returns_result(output: &ReturnType) -> bool {
    let ReturnType::Type(_, ty) = output else { return false };
    let mut ty = &**ty;
    loop {
        match ty {
            Type::Group(group) => ty = &group.elem,
            Type::Paren(paren) => ty = &paren.elem,
            Type::Path(path) => return path.path.segments.last().is_some_and(|last| last.ident == "Result"),
            _ => return false,
        }
    }
}
