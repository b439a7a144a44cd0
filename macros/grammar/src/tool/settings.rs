//! The keys that take one value.

use super::ToolFacts;
use crate::{
    args::{Arg, call, only, span_of},
    catalogue::{APPROVAL_BELOW_RISK, BAD_PATH, SIMULATE_WITHOUT_GUARD, UNKNOWN_VALUE},
    diagnostic::{Diagnostics, Report},
    ir::{Located, Spanned},
    literal,
};
use mcp_scopes_model::{Approval, Risk, SandboxMode, nearest::nearest};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;

pub(super) fn name(arg: &Arg, errors: &mut Diagnostics) -> Option<Spanned<String>> {
    // The syntax is checked later, since the name of the SDK's attribute may replace this one.
    literal::string(arg.equals(errors)?, "name", errors)
}

/// Reads a text for people. Space around it is removed.
pub(super) fn text(arg: &Arg, errors: &mut Diagnostics) -> Option<Spanned<String>> {
    let mut text = literal::text(arg.equals(errors)?, &arg.key, errors)?;
    text.value = text.value.trim().to_owned();
    Some(text)
}

pub(super) fn risk(arg: &Arg, errors: &mut Diagnostics) -> Option<Spanned<Risk>> {
    risk_of(&literal::string(arg.equals(errors)?, "risk", errors)?, errors)
}

/// Returns the risk that a text names.
pub(crate) fn risk_of<L: Clone>(text: &Located<String, L>, errors: &mut impl Report<L>) -> Option<Located<Risk, L>> {
    let risk = Risk::parse(&text.value);
    if risk.is_none() {
        unknown(&text.value, &text.place, "risk", &Risk::NAMES, errors);
    }
    Some(Located { value: risk?, place: text.place.clone() })
}

pub(super) fn approval(arg: &Arg, errors: &mut Diagnostics) -> Option<Spanned<Approval>> {
    approval_of(&literal::string(arg.equals(errors)?, "approval", errors)?, errors)
}

/// Returns the approval that a text names.
pub(crate) fn approval_of<L: Clone>(
    text: &Located<String, L>,
    errors: &mut impl Report<L>,
) -> Option<Located<Approval, L>> {
    let approval = Approval::parse(&text.value);
    if approval.is_none() {
        unknown(&text.value, &text.place, "approval", &Approval::NAMES, errors);
    }
    Some(Located { value: approval?, place: text.place.clone() })
}

/// Reads the mode and, for `simulate(path)`, the path of the substitute.
pub(super) fn sandbox(arg: &Arg, errors: &mut Diagnostics) -> Option<(Spanned<SandboxMode>, Option<TokenStream>)> {
    let tokens = arg.equals(errors)?;
    if let Some((word, group)) = call(tokens) {
        if word != "simulate" {
            unknown(&word.to_string(), &word.span(), "sandbox", &SANDBOX, errors);
            return None;
        }
        let Ok(path) = syn::parse2::<syn::ExprPath>(group.stream()) else {
            let message = "`simulate` takes the path of the substitute function".to_owned();
            errors.push(BAD_PATH.at(group.span(), message).help("write `sandbox = simulate(pretend)`"));
            return None;
        };
        let substitute = Some(path.to_token_stream());
        return Some((Spanned { value: SandboxMode::Simulate, place: word.span() }, substitute));
    }
    if let Some(TokenTree::Ident(word)) = only(tokens)
        && SandboxMode::NAMES.iter().any(|name| word == name)
    {
        let message = format!("`sandbox` takes a string or `simulate(path)`, not `{word}`");
        let help = if word == "simulate" { "write `simulate(path)`".to_owned() } else { format!("write `\"{word}\"`") };
        errors.push(UNKNOWN_VALUE.at(word.span(), message).help(help));
        return None;
    }
    let text = literal::string(tokens, "sandbox", errors)?;
    let mode = match text.value.as_str() {
        "allow" => SandboxMode::Allow,
        "deny" => SandboxMode::Deny,
        "simulate" => {
            let message = "`simulate` requires the path of a substitute function".to_owned();
            errors.push(UNKNOWN_VALUE.at(text.place, message).help("write `sandbox = simulate(path)`, without quotes"));
            return None;
        }
        other => {
            unknown(other, &text.place, "sandbox", &SANDBOX, errors);
            return None;
        }
    };
    Some((Spanned { value: mode, place: text.place }, None))
}

/// Reads the mode of a tool without a function.
pub(super) fn dynamic_sandbox(arg: &Arg, errors: &mut Diagnostics) -> Option<Spanned<SandboxMode>> {
    let tokens = arg.equals(errors)?;
    let text = match call(tokens) {
        // Reported by its meaning: a substitute needs a function.
        Some((word, _)) if word == "simulate" => Spanned { value: word.to_string(), place: word.span() },
        _ => literal::string(tokens, "sandbox", errors)?,
    };
    mode_of(&text, errors)
}

/// Returns the mode that a text names, for a tool without a function.
pub(crate) fn mode_of<L: Clone>(
    text: &Located<String, L>,
    errors: &mut impl Report<L>,
) -> Option<Located<SandboxMode, L>> {
    let value = match text.value.as_str() {
        "allow" => SandboxMode::Allow,
        "deny" => SandboxMode::Deny,
        "simulate" => {
            let message = "`simulate` requires a function with `guard`, which a dynamic tool does not have";
            let help = "write `sandbox = \"allow\"` or `sandbox = \"deny\"`, or annotate a function";
            errors.report(&SIMULATE_WITHOUT_GUARD, &text.place, message.to_owned(), Some(help.to_owned()));
            return None;
        }
        other => {
            unknown(other, &text.place, "sandbox", &["allow", "deny"], errors);
            return None;
        }
    };
    Some(Located { value, place: text.place.clone() })
}

/// Reads `crate = path`, for every macro.
pub(crate) fn krate(arg: &Arg, errors: &mut Diagnostics) -> Option<TokenStream> {
    let tokens = arg.equals(errors)?;
    if let Ok(path) = syn::Path::parse_mod_style.parse2(tokens.iter().cloned().collect()) {
        return Some(path.to_token_stream());
    }
    let message = "`crate` takes the path of the runtime crate".to_owned();
    errors.push(BAD_PATH.at(span_of(tokens), message).help("write it without quotes: `crate = ::scopes`"));
    None
}

/// Checks the values against one another.
pub(crate) fn check<L>(tool: &ToolFacts<L>, errors: &mut impl Report<L>) {
    if let (Some(Located { value: Approval::Auto, place }), Some(risk)) = (&tool.approval, &tool.risk)
        && !risk.value.may_be_auto_approved()
    {
        let message = format!("`approval = \"auto\"` is not allowed at risk `{}`", risk.value.as_str());
        errors.report(&APPROVAL_BELOW_RISK, place, message, None);
    }
}

const SANDBOX: [&str; 3] = ["allow", "deny", "simulate(path)"];

fn unknown<L>(value: &str, at: &L, key: &str, values: &[&str], errors: &mut impl Report<L>) {
    // A different spelling in case only is the best match.
    let lower = value.to_ascii_lowercase();
    let bare: Vec<&str> = values.iter().map(|value| value.split('(').next().unwrap_or(value)).collect();
    let near = nearest(&lower, &bare).and_then(|near| values.iter().find(|value| value.starts_with(near)));
    let help = match near {
        Some(near) if near.ends_with(')') => format!("write `{key} = {near}`"),
        Some(near) => format!("write `{key} = \"{near}\"`"),
        None => format!("write one of `{}`", values.join("`, `")),
    };
    errors.report(&UNKNOWN_VALUE, at, format!("unknown value `{value}` for `{key}`"), Some(help));
}
