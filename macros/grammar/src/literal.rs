//! Values of keys. They are literals, so that the macro, the scan and the binary read the same value.

use crate::{
    args::{only, span_of},
    catalogue::{EMPTY_TEXT, NOT_A_LITERAL, WRONG_TYPE, ZERO_LIMIT},
    diagnostic::Diagnostics,
    ir::Spanned,
};
use proc_macro2::{Literal, TokenTree};
use syn::Lit;

/// Reads a string literal, plain or raw. `what` is the key, for the message.
pub(crate) fn string(tokens: &[TokenTree], what: &str, errors: &mut Diagnostics) -> Option<Spanned<String>> {
    if let [TokenTree::Literal(literal)] = tokens
        && let Some(text) = unescaped(literal)
    {
        return Some(text);
    }
    match literal(tokens, what, "a string", errors)? {
        Lit::Str(text) if text.suffix().is_empty() => Some(Spanned { value: text.value(), place: text.span() }),
        other => {
            let message = format!("`{what}` takes a string literal");
            let help = format!("write `{what}` with a string literal, in plain double quotes");
            errors.push(WRONG_TYPE.at(other.span(), message).help(help));
            None
        }
    }
}

/// Returns a string literal without escapes, as almost all are. Macros are built without optimization, and the parser
/// for escapes is slow.
pub(crate) fn unescaped(literal: &Literal) -> Option<Spanned<String>> {
    let text = literal.to_string();
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    // The compiler normalizes carriage returns in a literal, so that the source text differs from the value.
    let plain = !inner.contains('\\') && !inner.contains('\r');
    plain.then(|| Spanned { value: inner.to_owned(), place: literal.span() })
}

/// Reads a string literal that is not blank.
pub(crate) fn text(tokens: &[TokenTree], what: &str, errors: &mut Diagnostics) -> Option<Spanned<String>> {
    let text = string(tokens, what, errors)?;
    if text.value.trim().is_empty() {
        errors.push(EMPTY_TEXT.at(text.place, format!("`{what}` must not be empty")));
        return None;
    }
    Some(text)
}

/// Reads an integer literal from 1 that fits `u32`.
pub(crate) fn limit(tokens: &[TokenTree], what: &str, errors: &mut Diagnostics) -> Option<Spanned<u32>> {
    let Lit::Int(number) = literal(tokens, what, "a number", errors)? else {
        let message = format!("`{what}` takes a whole number");
        errors.push(WRONG_TYPE.at(span_of(tokens), message).help(format!("write a number, as in `{what} = 5`")));
        return None;
    };
    let span = number.span();
    match number.base10_parse::<u32>() {
        Ok(0) => {
            errors.push(ZERO_LIMIT.at(span, format!("`{what}` must not be zero")));
            None
        }
        Ok(value) if number.suffix().is_empty() => Some(Spanned { value, place: span }),
        _ => {
            let message = format!("`{what}` takes a whole number from 1 to {}, without a suffix", u32::MAX);
            errors.push(WRONG_TYPE.at(span, message).help(format!("write a number, as in `{what} = 5`")));
            None
        }
    }
}

fn literal(tokens: &[TokenTree], what: &str, kind: &str, errors: &mut Diagnostics) -> Option<Lit> {
    match only(tokens) {
        Some(TokenTree::Literal(literal)) => return Some(Lit::new(literal)),
        Some(TokenTree::Ident(word)) if word == "true" || word == "false" => {
            let message = format!("`{what}` takes {kind}, not `{word}`");
            errors.push(WRONG_TYPE.at(word.span(), message).help(format!("write {kind}")));
            return None;
        }
        _ => {}
    }
    let message = format!(
        "`{what}` takes {kind} as a literal, so that the macro, the source scan and the binary read the same value"
    );
    errors.push(NOT_A_LITERAL.at(span_of(tokens), message));
    None
}
