//! `not_a_parameter(argument, ..)`: the arguments that the server passes, which no caller can state.

use crate::{
    args::{Arg, Value, only, span_of},
    catalogue::{EMPTY_LIST, MALFORMED_ARGUMENT, REPEATED_VALUE, UNKNOWN_ARGUMENT, WRONG_TYPE},
    diagnostic::Diagnostics,
};
use mcp_scopes_model::nearest::nearest;
use proc_macro2::{Ident, TokenTree};
use syn::{FnArg, Pat, Signature, ext::IdentExt};

/// Reads the names of the arguments.
pub(super) fn read(arg: &Arg, errors: &mut Diagnostics) -> Vec<Ident> {
    if !matches!(arg.value, Value::List(_)) {
        let help = format!("write `{}(context)`", arg.key);
        errors.push(MALFORMED_ARGUMENT.at(arg.span, format!("`{}` takes a list", arg.key)).help(help));
        return Vec::new();
    }
    let Some(elements) = arg.list(errors) else { return Vec::new() };
    if elements.is_empty() {
        errors.push(EMPTY_LIST.at(arg.span, format!("`{}` must not be empty", arg.key)));
    }
    let mut names: Vec<Ident> = Vec::new();
    for element in &elements {
        let Some(TokenTree::Ident(name)) = only(element) else {
            let message = format!("`{}` takes the names of the function's arguments", arg.key);
            let help = format!("write them without quotes: `{}(context)`", arg.key);
            errors.push(WRONG_TYPE.at(span_of(element), message).help(help));
            continue;
        };
        if names.contains(&name) {
            let message = format!("duplicate value `{name}` in `{}`", arg.key);
            errors.push(REPEATED_VALUE.at(name.span(), message));
        } else {
            names.push(name);
        }
    }
    names
}

/// Returns the positions of these arguments. A pattern has the names that it binds.
pub(super) fn check(signature: &Signature, names: &[Ident], errors: &mut Diagnostics) -> Vec<usize> {
    let mut bound: Vec<(usize, String)> = Vec::new();
    for (position, input) in signature.inputs.iter().enumerate() {
        if let FnArg::Typed(argument) = input {
            bindings(&argument.pat, &mut |name| bound.push((position, name)));
        }
    }
    let mut positions = Vec::new();
    for name in names {
        let wanted = name.unraw().to_string();
        if let Some((position, _)) = bound.iter().find(|(_, bound)| *bound == wanted) {
            positions.push(*position);
            continue;
        }
        let candidates: Vec<&str> = bound.iter().map(|(_, name)| name.as_str()).collect();
        let diagnostic = UNKNOWN_ARGUMENT.at(name.span(), format!("unknown argument `{wanted}` in `not_a_parameter`"));
        errors.push(match nearest(&wanted, &candidates) {
            Some(near) => diagnostic.help(format!("write `not_a_parameter({near})`")),
            None => diagnostic.help("name an argument of the function, or a name that its pattern binds"),
        });
    }
    positions
}

/// Passes each name that a pattern binds.
fn bindings(pattern: &Pat, found: &mut dyn FnMut(String)) {
    match pattern {
        Pat::Ident(name) => {
            found(name.ident.unraw().to_string());
            if let Some((_, inner)) = &name.subpat {
                bindings(inner, found);
            }
        }
        Pat::Paren(inner) => bindings(&inner.pat, found),
        Pat::Reference(inner) => bindings(&inner.pat, found),
        Pat::Tuple(tuple) => tuple.elems.iter().for_each(|inner| bindings(inner, found)),
        Pat::TupleStruct(tuple) => tuple.elems.iter().for_each(|inner| bindings(inner, found)),
        Pat::Struct(fields) => fields.fields.iter().for_each(|field| bindings(&field.pat, found)),
        _ => {}
    }
}
