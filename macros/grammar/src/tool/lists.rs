//! The keys that take a list of strings.

use super::{ParameterDecl, ToolFacts, requirement};
use crate::{
    args::{Arg, call, span_of, split},
    catalogue::{BAD_TOOL_NAME, EMPTY_LIST, MALFORMED_ARGUMENT, REPEATED_VALUE, SELF_REFERENCE, UNKNOWN_VALUE},
    diagnostic::{Diagnostics, Report},
    ir::{Located, Spanned},
    literal,
};
use mcp_scopes_model::tool::tool_name;
use proc_macro2::TokenTree;

pub(super) fn scopes(arg: &Arg, errors: &mut Diagnostics) -> Vec<Spanned<String>> {
    each(arg, errors, |element, errors| requirement::scope(element, "prerequisites", errors))
}

pub(super) fn tools(arg: &Arg, errors: &mut Diagnostics) -> Vec<Spanned<String>> {
    each(arg, errors, |element, errors| {
        let name = literal::string(element, "grouped_with", errors)?;
        check_name(&name, errors).then_some(name)
    })
}

/// Returns whether a text is a tool name. Reports it if not.
pub(crate) fn check_name<L>(name: &Located<String, L>, errors: &mut impl Report<L>) -> bool {
    let Err(error) = tool_name(&name.value) else { return true };
    errors.report(&BAD_TOOL_NAME, &name.place, format!("the tool name `{}` {}", name.value, error.reason()), None);
    false
}

pub(super) fn texts(arg: &Arg, errors: &mut Diagnostics) -> Vec<Spanned<String>> {
    each(arg, errors, |element, errors| literal::text(element, "examples", errors))
}

/// Reads `parameters("path", optional("depth"))`. An empty list is allowed: the call takes no parameters.
pub(super) fn parameters(arg: &Arg, errors: &mut Diagnostics) -> Vec<ParameterDecl> {
    let Some(elements) = arg.list(errors) else { return Vec::new() };
    let mut parameters: Vec<ParameterDecl> = Vec::new();
    for element in &elements {
        if let Some((name, required)) = parameter(element, errors) {
            if parameters.iter().any(|earlier| earlier.name == name.value) {
                repeated(&name, "parameters", errors);
            } else {
                parameters.push(ParameterDecl { name: name.value, required });
            }
        }
    }
    parameters
}

/// Returns the name, and whether it is required.
fn parameter(element: &[TokenTree], errors: &mut Diagnostics) -> Option<(Spanned<String>, bool)> {
    let Some((word, group)) = call(element) else {
        return Some((literal::text(element, "parameters", errors)?, true));
    };
    if word != "optional" {
        let message = format!("unknown marker `{word}(..)` in `parameters`");
        errors.push(UNKNOWN_VALUE.at(word.span(), message).help("write `optional(\"..\")`, or the name alone"));
        return None;
    }
    let inner = split(group.stream(), errors);
    let [name] = inner.as_slice() else {
        let message = "`optional(..)` takes one parameter".to_owned();
        errors.push(MALFORMED_ARGUMENT.at(word.span(), message).help("write `optional(\"a\"), optional(\"b\")`"));
        return None;
    };
    Some((literal::text(name, "parameters", errors)?, false))
}

/// Reads the elements of a list that is not empty and has no duplicates.
pub(super) fn each(
    arg: &Arg,
    errors: &mut Diagnostics,
    read: impl Fn(&[TokenTree], &mut Diagnostics) -> Option<Spanned<String>>,
) -> Vec<Spanned<String>> {
    let Some(elements) = arg.list(errors) else { return Vec::new() };
    if elements.is_empty() {
        errors.push(EMPTY_LIST.at(arg.span, format!("`{}` must not be empty", arg.key)));
    }
    let mut values: Vec<Spanned<String>> = Vec::new();
    for element in &elements {
        let Some(value) = read(element, errors) else { continue };
        if values.iter().any(|earlier| earlier.value == value.value) {
            repeated(&Spanned { place: span_of(element), ..value }, &arg.key, errors);
        } else {
            values.push(value);
        }
    }
    values
}

/// Checks the lists against the tool itself.
pub(crate) fn check<L>(tool: &ToolFacts<L>, errors: &mut impl Report<L>) {
    for other in tool.grouped_with.iter().filter(|other| other.value == tool.name.value) {
        let message = format!("`grouped_with` names the tool itself, `{}`", other.value);
        errors.report(&SELF_REFERENCE, &other.place, message, None);
    }
}

fn repeated(value: &Spanned<String>, key: &str, errors: &mut Diagnostics) {
    errors.push(REPEATED_VALUE.at(value.place, format!("duplicate value `{}` in `{key}`", value.value)));
}
