//! An SDK's `#[tool(..)]` on the same function.
//!
//! Checked against rmcp 3.11: `name` takes a string literal and defaults to the function's name. `description` takes any
//! expression. An `async fn` becomes `fn -> ::std::pin::Pin<Box<dyn ::std::future::Future<..>>>`.

use crate::{
    args::split,
    attribute::Attr,
    catalogue::{ANNOTATION_BELOW_TOOL, CONFLICTING_NAME, UNREADABLE_NAME},
    diagnostic::{Diagnostic, Diagnostics},
    ir::Spanned,
    item::{FnHead, SDK_TOOL},
    literal::unescaped,
};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::{GenericArgument, Lit, PathArguments, ReturnType, Type, TypeParamBound};

/// One `#[tool(..)]`.
pub(super) struct SdkTool {
    span: Span,
    args: TokenStream,
    /// Whether the attribute applies under conditions only.
    conditional: bool,
    /// The function's name, under which the SDK serves a tool without the argument `name`.
    own_name: Spanned<String>,
}

/// A text of an SDK's attribute.
pub(super) enum SdkText {
    /// None.
    Absent,
    /// A literal.
    Literal(Spanned<String>),
    /// An expression or a conditional text, at this span.
    Unreadable(Span),
}

impl SdkTool {
    /// Returns the text of an argument: `["name"]` of `name = ".."`, `["annotations", "title"]` of
    /// `annotations(title = "..")`.
    pub(super) fn text(&self, path: &[&str]) -> SdkText {
        let [groups @ .., key] = path else { return SdkText::Absent };
        let args = groups.iter().try_fold(self.args.clone(), |args, group| inside(&args, group));
        match args.and_then(|args| value(&args, key)) {
            None => SdkText::Absent,
            Some(tokens) => match string(&tokens) {
                Some(text) if !self.conditional => SdkText::Literal(text),
                _ => SdkText::Unreadable(self.span),
            },
        }
    }

    /// Returns the name under which the SDK serves the tool, or `None` if it cannot be read.
    fn name(&self) -> Option<Spanned<String>> {
        match self.text(&["name"]) {
            SdkText::Absent => Some(self.own_name.clone()),
            SdkText::Literal(name) => Some(name),
            SdkText::Unreadable(_) => None,
        }
    }
}

/// Returns the SDK's attribute of the function, if there is one.
pub(super) fn read(attributes: &[Attr], ident: &Ident) -> Option<SdkTool> {
    let attribute = attributes.iter().find(|attribute| attribute.name == SDK_TOOL)?;
    Some(SdkTool {
        span: attribute.span,
        args: attribute.args.clone().unwrap_or_default(),
        conditional: !attribute.conditions.is_empty(),
        // Not unraw: rmcp serves `r#type`.
        own_name: Spanned { value: ident.to_string(), place: ident.span() },
    })
}

/// Determines the name on the wire. The SDK serves its own name, and a table with another name would deny every call.
pub(super) fn settle_name(sdk: Option<&SdkTool>, stated: bool, name: &mut Spanned<String>, errors: &mut Diagnostics) {
    let Some(sdk) = sdk else { return };
    match sdk.name() {
        Some(served) if !stated => *name = served,
        Some(served) if served.value != name.value => {
            let message = format!(
                "the tool is named `{}` here, but `#[tool]` serves it as `{}`: every call would be denied",
                name.value, served.value
            );
            let help = format!("write `name = \"{}\"` in both attributes", name.value);
            errors.push(CONFLICTING_NAME.at(name.place, message).help(help));
        }
        None if !stated => {
            let message = "the name in this attribute is not a literal or is conditional".to_owned();
            errors.push(UNREADABLE_NAME.at(sdk.span, message));
        }
        _ => {}
    }
}

/// Returns the error for an annotation that runs after an SDK's attribute.
pub(super) fn check_order(head: &FnHead, attributes: &[Attr]) -> Option<Diagnostic> {
    let sdk = attributes.iter().find(|attribute| attribute.name == SDK_TOOL);
    let span = match sdk {
        Some(sdk) if sdk.place < head.above => sdk.span,
        None if rewritten(head) => head.signature.ident.span(),
        _ => return None,
    };
    let message = "`#[tool]` is above `#[mcp_tool]`, so it rewrites the function first".to_owned();
    Some(ANNOTATION_BELOW_TOOL.at(span, message))
}

/// Returns whether the function looks like rmcp's rewrite of an `async fn`. Manually written code names `Pin` without a
/// leading `::`.
fn rewritten(head: &FnHead) -> bool {
    let ReturnType::Type(_, ty) = &head.signature.output else { return false };
    let Type::Path(pin) = &**ty else { return false };
    if head.signature.asyncness.is_some() || pin.path.leading_colon.is_none() {
        return false;
    }
    let Some(Type::Path(boxed)) = argument(pin, "Pin") else { return false };
    let Some(Type::TraitObject(object)) = argument(boxed, "Box") else { return false };
    object.bounds.iter().any(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| last.ident == "Future"),
        _ => false,
    })
}

/// Returns the `T` of a path that ends in `name<T>`.
fn argument<'t>(ty: &'t syn::TypePath, name: &str) -> Option<&'t Type> {
    let last = ty.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// Returns the tokens after `key =` in a list of arguments. The other arguments belong to the SDK.
fn value(args: &TokenStream, key: &str) -> Option<Vec<TokenTree>> {
    arguments(args).into_iter().find_map(|argument| match argument.as_slice() {
        [TokenTree::Ident(word), TokenTree::Punct(sign), value @ ..] if word == key && sign.as_char() == '=' => {
            Some(value.to_vec())
        }
        _ => None,
    })
}

/// Returns the tokens in `key(..)` of a list of arguments.
fn inside(args: &TokenStream, key: &str) -> Option<TokenStream> {
    arguments(args).into_iter().find_map(|argument| match argument.as_slice() {
        [TokenTree::Ident(word), TokenTree::Group(group)] if word == key => Some(group.stream()),
        _ => None,
    })
}

fn arguments(args: &TokenStream) -> Vec<Vec<TokenTree>> {
    let mut errors = Diagnostics::new();
    let arguments = split(args.clone(), &mut errors);
    // The SDK reports stray commas.
    drop(errors.finish());
    arguments
}

pub(super) fn string(tokens: &[TokenTree]) -> Option<Spanned<String>> {
    match crate::args::only(tokens) {
        Some(TokenTree::Literal(literal)) => unescaped(&literal).or_else(|| match Lit::new(literal) {
            Lit::Str(text) => Some(Spanned { value: text.value(), place: text.span() }),
            _ => None,
        }),
        _ => None,
    }
}
