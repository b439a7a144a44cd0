//! The parameters of a call, read from the signature.

use super::ParameterDecl;
use crate::{
    catalogue::UNREADABLE_PARAMETERS,
    diagnostic::Diagnostics,
    ir::{FieldsDecl, GuardDecl, Spanned},
};
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    FnArg, GenericArgument, GenericParam, Pat, PatType, PathArguments, PathSegment, Signature, Type, ext::IdentExt,
    spanned::Spanned as _,
};

/// Types that the server provides, not the caller: contexts and extractors of rmcp, axum and this library. An argument
/// is skipped if the last segment of its type is one of these, also behind `&`, `&mut` and `Option`.
pub const LEFT_OUT: [&str; 24] = [
    "Caller",
    "CancellationToken",
    "ConnectInfo",
    "Context",
    "Extension",
    "Extensions",
    "Grant",
    "HeaderMap",
    "InputResponses",
    "MatchedPath",
    "Meta",
    "Method",
    "NotificationContext",
    "OriginalUri",
    "Parts",
    "Peer",
    "Request",
    "RequestContext",
    "RequestId",
    "RequestMetaObject",
    "RequestState",
    "State",
    "ToolCallContext",
    "ToolName",
];

/// The wrapper whose type argument has the parameters as its fields.
const PARAMETERS: &str = "Parameters";

/// Wrappers that take all arguments as one value, without a type that the table can inspect.
const WHOLE: [&str; 2] = ["Json", "JsonObject"];

/// The parameters, or the type whose fields they are.
pub(super) type Derived = (Option<Vec<ParameterDecl>>, Option<FieldsDecl>);

/// What the annotation and other attributes state about the arguments of a function.
pub(super) struct Stated<'s> {
    /// The argument that holds the caller.
    pub(super) guard: Option<&'s GuardDecl>,
    /// The positions of the arguments that `not_a_parameter` names.
    pub(super) left_out: Vec<usize>,
    /// Whether an SDK's `#[tool]` passes the arguments.
    pub(super) is_sdk_tool: bool,
}

pub(super) fn derive(signature: &Signature, stated: &Stated<'_>, errors: &mut Diagnostics) -> Derived {
    read(signature, stated).unwrap_or_else(|(span, reason)| {
        errors.push(UNREADABLE_PARAMETERS.at(span, format!("cannot determine the tool's parameters: {reason}")));
        (Some(Vec::new()), None)
    })
}

type Failure = (Span, String);

fn read(signature: &Signature, stated: &Stated<'_>) -> Result<Derived, Failure> {
    // Under an SDK's attribute, what is beside `Parameters` comes from the request's context.
    let is_wrapped = |input: &FnArg| match input {
        FnArg::Typed(argument) => Core::of(&argument.ty).last.is_some_and(|last| last.ident == PARAMETERS),
        FnArg::Receiver(_) => false,
    };
    let only_wrapped = stated.is_sdk_tool && signature.inputs.iter().any(is_wrapped);
    let mut listed: Vec<(Spanned<String>, bool)> = Vec::new();
    let mut fields: Option<FieldsDecl> = None;
    for (position, input) in signature.inputs.iter().enumerate() {
        let FnArg::Typed(argument) = input else { continue };
        let is_caller = stated.guard.is_some_and(|guard| guard.position == position);
        if is_caller || stated.left_out.contains(&position) || only_wrapped && !is_wrapped(input) {
            continue;
        }
        let core = Core::of(&argument.ty);
        let name = core.last.map(|last| last.ident.to_string()).unwrap_or_default();
        if LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        let span = argument.pat.span();
        if argument.attrs.iter().any(|attribute| attribute.path().is_ident("cfg")) {
            return Err((span, "this argument is conditional".to_owned()));
        }
        if name == PARAMETERS {
            let (ty, span) = fields_of(&core, signature, span)?;
            if fields.replace(FieldsDecl { ty, span }).is_some() {
                return Err((span, "the function has two `Parameters` arguments".to_owned()));
            }
            continue;
        }
        if WHOLE.contains(&name.as_str()) {
            return Err((span, format!("`{name}` takes all of them as one value")));
        }
        listed.push(plain(argument, core.optional)?);
    }
    if let Some(variadic) = &signature.variadic {
        return Err((variadic.dots.span(), "the function is variadic".to_owned()));
    }
    match (fields, listed.first()) {
        (Some(fields), None) => Ok((None, Some(fields))),
        (Some(_), Some((other, _))) => {
            let reason = format!(
                "`{}` is an argument beside `Parameters`, and its type is not one that the server fills in",
                other.value
            );
            Err((other.place, reason))
        }
        (None, _) => {
            let parameter = |(name, required): (Spanned<String>, bool)| ParameterDecl { name: name.value, required };
            Ok((Some(listed.into_iter().map(parameter).collect()), None))
        }
    }
}

/// Returns the name of an argument, and whether it is required.
fn plain(argument: &PatType, optional: bool) -> Result<(Spanned<String>, bool), Failure> {
    match &*argument.pat {
        Pat::Ident(name) if name.subpat.is_none() => {
            let name = Spanned { value: name.ident.unraw().to_string(), place: name.ident.span() };
            Ok((name, !optional))
        }
        other => Err((other.span(), "this argument is a pattern without a name".to_owned())),
    }
}

/// Returns the `T` of `Parameters<T>`, if a constant next to the function can name it and the source scan can find it.
fn fields_of(core: &Core<'_>, signature: &Signature, span: Span) -> Result<(TokenStream, Span), Failure> {
    if core.optional {
        return Err((span, "`Option<Parameters<_>>` does not state whether they are required".to_owned()));
    }
    let Some(PathArguments::AngleBracketed(arguments)) = core.last.map(|last| &last.arguments) else {
        return Err((span, "`Parameters` has no type argument".to_owned()));
    };
    let mut types = arguments.args.iter();
    let (Some(GenericArgument::Type(ty)), None) = (types.next(), types.next()) else {
        return Err((span, "`Parameters` takes one type argument".to_owned()));
    };
    let own: Vec<String> = signature
        .generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(ty) => Some(ty.ident.to_string()),
            GenericParam::Const(constant) => Some(constant.ident.to_string()),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    let tokens = ty.to_token_stream();
    if let Some(word) = foreign(tokens.clone(), &own) {
        return Err((
            ty.span(),
            format!("the type in `Parameters` mentions `{word}`, which is not in scope outside the function"),
        ));
    }
    Ok((tokens, ty.span()))
}

/// Returns a word of the type that is in scope inside the function only: a generic parameter, a lifetime or `Self`.
fn foreign(tokens: TokenStream, own: &[String]) -> Option<String> {
    let mut lifetime = false;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) => lifetime = punct.as_char() == '\'',
            TokenTree::Ident(word) => {
                let word = word.to_string();
                if core::mem::take(&mut lifetime) {
                    if word != "static" {
                        return Some(format!("'{word}"));
                    }
                } else if word == "Self" || own.contains(&word) {
                    return Some(word);
                }
            }
            TokenTree::Group(group) => {
                if let Some(word) = foreign(group.stream(), own) {
                    return Some(word);
                }
            }
            TokenTree::Literal(_) => {}
        }
    }
    None
}

/// A type without surrounding references and `Option`s.
struct Core<'t> {
    /// The last segment of its path.
    last: Option<&'t PathSegment>,
    /// Whether an `Option` was removed.
    optional: bool,
}

impl<'t> Core<'t> {
    fn of(ty: &'t Type) -> Self {
        let (mut ty, mut optional) = (ty, false);
        loop {
            match ty {
                Type::Reference(reference) => ty = &reference.elem,
                Type::Paren(paren) => ty = &paren.elem,
                Type::Group(group) => ty = &group.elem,
                Type::Path(path) => {
                    let last = path.path.segments.last();
                    let inside = last.filter(|last| last.ident == "Option").and_then(|last| match &last.arguments {
                        PathArguments::AngleBracketed(arguments) => arguments.args.first(),
                        _ => None,
                    });
                    let Some(GenericArgument::Type(inner)) = inside else { return Self { last, optional } };
                    (ty, optional) = (inner, true);
                }
                _ => return Self { last: None, optional },
            }
        }
    }
}
