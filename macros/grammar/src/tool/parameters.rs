//! The parameters of a call, read from the signature.

use super::ParameterDecl;
use crate::{
    catalogue::UNREADABLE_PARAMETERS,
    diagnostic::Diagnostics,
    ir::{ArgumentDecl, FieldsDecl, GuardDecl},
};
use mcp_scopes_model::argument::{ArgumentKind, PARAMETERS};
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    FnArg, GenericArgument, GenericParam, Pat, PatType, PathArguments, PathSegment, Signature, Type, ext::IdentExt,
    spanned::Spanned as _,
};

/// Generic types that a parameter can have. Under an SDK's attribute, another one may be the wrapper or an extractor,
/// imported under another name.
const STANDARD: [&str; 15] = [
    "Arc",
    "BTreeMap",
    "BTreeSet",
    "Box",
    "Cow",
    "HashMap",
    "HashSet",
    "IndexMap",
    "LinkedList",
    "Option",
    "PhantomData",
    "Range",
    "Rc",
    "Vec",
    "VecDeque",
];

/// Wrappers that take all arguments as one value, without a type that the table can inspect.
const WHOLE: [&str; 2] = ["Json", "JsonObject"];

/// What a signature states about the parameters.
pub(super) enum Derived {
    /// The parameters.
    Listed(Vec<ParameterDecl>),
    /// The type whose fields they are.
    Fields(FieldsDecl),
    /// The arguments, some of whose types are not known by their names here.
    Arguments(Vec<ArgumentDecl>),
}

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
        Derived::Listed(Vec::new())
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
    let mut others: Vec<ArgumentDecl> = Vec::new();
    let mut fields: Option<FieldsDecl> = None;
    for (position, input) in signature.inputs.iter().enumerate() {
        let FnArg::Typed(argument) = input else { continue };
        let is_caller = stated.guard.is_some_and(|guard| guard.position == position);
        if is_caller || stated.left_out.contains(&position) || only_wrapped && !is_wrapped(input) {
            continue;
        }
        let core = Core::of(&argument.ty);
        let name = core.last.map(|last| last.ident.to_string()).unwrap_or_default();
        let kind = ArgumentKind::of(&name);
        if kind == ArgumentKind::LeftOut {
            continue;
        }
        let span = argument.pat.span();
        if argument.attrs.iter().any(|attribute| attribute.path().is_ident("cfg")) {
            return Err((span, "this argument is conditional".to_owned()));
        }
        if kind == ArgumentKind::Wrapper {
            let (ty, span) = fields_of(&core, signature, span)?;
            if fields.replace(FieldsDecl { ty, span }).is_some() {
                return Err((span, "the function has two `Parameters` arguments".to_owned()));
            }
            continue;
        }
        if WHOLE.contains(&name.as_str()) {
            return Err((span, format!("`{name}` takes all of them as one value")));
        }
        let ty = if stated.is_sdk_tool { core.renamed(signature) } else { None };
        others.push(other(argument, core.optional, ty)?);
    }
    if let Some(variadic) = &signature.variadic {
        return Err((variadic.dots.span(), "the function is variadic".to_owned()));
    }
    match (fields, others.first()) {
        (Some(fields), None) => Ok(Derived::Fields(fields)),
        (Some(_), Some(other)) => {
            let name = other.name.as_deref().unwrap_or("_");
            let reason = format!(
                "`{name}` is an argument beside `Parameters`, and its type is not one that the server fills in"
            );
            Err((other.span, reason))
        }
        (None, _) if others.iter().any(|other| other.ty.is_some()) => Ok(Derived::Arguments(others)),
        (None, _) => {
            let parameter = |other: ArgumentDecl| Some(ParameterDecl { name: other.name?, required: other.required });
            Ok(Derived::Listed(others.into_iter().filter_map(parameter).collect()))
        }
    }
}

/// Returns an argument that may be a parameter. `ty` is its type, if the type's name does not tell.
fn other(argument: &PatType, optional: bool, ty: Option<TokenStream>) -> Result<ArgumentDecl, Failure> {
    let (name, span) = match &*argument.pat {
        Pat::Ident(name) if name.subpat.is_none() => (Some(name.ident.unraw().to_string()), name.ident.span()),
        // An extractor is taken apart by its own name.
        Pat::TupleStruct(pattern) if ty.is_some() => (None, pattern.span()),
        other => return Err((other.span(), "this argument is a pattern without a name".to_owned())),
    };
    Ok(ArgumentDecl { name, required: !optional, ty, span })
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
    let tokens = ty.to_token_stream();
    if let Some(word) = foreign(tokens.clone(), &generics(signature)) {
        return Err((
            ty.span(),
            format!("the type in `Parameters` mentions `{word}`, which is not in scope outside the function"),
        ));
    }
    Ok((tokens, ty.span()))
}

/// Returns the names of a function's generic parameters, other than lifetimes.
fn generics(signature: &Signature) -> Vec<String> {
    let name = |parameter: &GenericParam| match parameter {
        GenericParam::Type(ty) => Some(ty.ident.to_string()),
        GenericParam::Const(constant) => Some(constant.ident.to_string()),
        GenericParam::Lifetime(_) => None,
    };
    signature.generics.params.iter().filter_map(name).collect()
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
    /// The type.
    ty: &'t Type,
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
                    let Some(GenericArgument::Type(inner)) = inside else { return Self { ty, last, optional } };
                    (ty, optional) = (inner, true);
                }
                _ => return Self { ty, last: None, optional },
            }
        }
    }

    /// Returns the type if its name may be one that an import gives to the wrapper or to an extractor: a generic type
    /// of an unknown name, which a constant next to the function can name.
    fn renamed(&self, signature: &Signature) -> Option<TokenStream> {
        let last = self.last.filter(|last| !STANDARD.iter().any(|known| last.ident == known))?;
        let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
        let is_generic = arguments.args.iter().any(|argument| matches!(argument, GenericArgument::Type(_)));
        let tokens = self.ty.to_token_stream();
        (is_generic && foreign(tokens.clone(), &generics(signature)).is_none()).then_some(tokens)
    }
}
