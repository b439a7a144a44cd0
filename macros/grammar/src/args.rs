//! An attribute's arguments as keys with their values, split on tokens: one bad argument hides no other.

use crate::{
    catalogue::{DUPLICATE_KEY, MALFORMED_ARGUMENT, UNKNOWN_KEY},
    diagnostic::Diagnostics,
};
use mcp_scopes_model::nearest::nearest;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

/// One `key`, `key = value` or `key(..)`.
pub(crate) struct Arg {
    pub(crate) key: String,
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What stands behind a key.
pub(crate) enum Value {
    /// Nothing.
    Flag,
    /// `= ..`: what follows the sign. Not empty.
    Equals(Vec<TokenTree>),
    /// `(..)`.
    List(Group),
}

impl Arg {
    /// The tokens behind the sign.
    pub(crate) fn equals(&self, errors: &mut Diagnostics) -> Option<&[TokenTree]> {
        match &self.value {
            Value::Equals(tokens) => Some(tokens),
            Value::Flag | Value::List(_) => {
                let (key, message) = (&self.key, format!("`{}` takes one value", self.key));
                errors.push(MALFORMED_ARGUMENT.at(self.span, message).help(format!("write `{key} = ..`")));
                None
            }
        }
    }

    /// The elements between the parentheses.
    pub(crate) fn list(&self, errors: &mut Diagnostics) -> Option<Vec<Vec<TokenTree>>> {
        if let Value::List(group) = &self.value {
            return Some(split(group.stream(), errors));
        }
        let (key, message) = (&self.key, format!("`{}` takes a list", self.key));
        errors.push(MALFORMED_ARGUMENT.at(self.span, message).help(format!("write `{key}(\"..\", \"..\")`")));
        None
    }

    /// A key that says all by itself, or with `= true` where `valued`.
    pub(crate) fn flag(&self, valued: bool, errors: &mut Diagnostics) -> Option<bool> {
        match &self.value {
            Value::Flag => return Some(true),
            Value::Equals(tokens) if valued => match only(tokens) {
                Some(TokenTree::Ident(word)) if word == "true" => return Some(true),
                Some(TokenTree::Ident(word)) if word == "false" => return Some(false),
                _ => {}
            },
            Value::Equals(_) | Value::List(_) => {}
        }
        let key = &self.key;
        let (message, help) = if valued {
            (format!("`{key}` is true or false"), format!("write `{key}` alone, or `{key} = false`"))
        } else {
            (format!("`{key}` says all by itself"), format!("write `{key}` alone"))
        };
        errors.push(MALFORMED_ARGUMENT.at(self.span, message).help(help));
        None
    }
}

/// Reads `tokens` as arguments of `owner`, which knows the given keys. Unknown and repeated keys are left out.
pub(crate) fn read(tokens: TokenStream, owner: &str, known: &[&str], errors: &mut Diagnostics) -> Vec<Arg> {
    read_with_meant(tokens, owner, known, errors).0
}

/// The same, and the keys that were meant by unknown ones: what is misspelt is not missing too.
pub(crate) fn read_with_meant<'k>(
    tokens: TokenStream,
    owner: &str,
    known: &[&'k str],
    errors: &mut Diagnostics,
) -> (Vec<Arg>, Vec<&'k str>) {
    let mut args: Vec<Arg> = Vec::new();
    let mut meant = Vec::new();
    for piece in split(tokens, errors) {
        let span = span_of(&piece);
        let Some(mut arg) = arg(piece) else {
            let message = format!("`{owner}` takes keys with their values, and this is none");
            errors.push(MALFORMED_ARGUMENT.at(span, message));
            continue;
        };
        if let Value::Equals(value) = &mut arg.value
            && let Some(place) = next_key(value, known)
        {
            let next = value.split_off(place);
            let (span, key) = (span_of(&next), next.first().map(ToString::to_string).unwrap_or_default());
            errors.push(MALFORMED_ARGUMENT.at(span, format!("a comma is missing before `{key}`")).help("write it"));
        }
        let key = &arg.key;
        if !known.contains(&key.as_str()) {
            let near = nearest(key, known);
            meant.extend(known.iter().copied().find(|known| Some(*known) == near));
            let help = match near {
                Some(near) => format!("write `{near}`"),
                None => format!("write one of `{}`", known.join("`, `")),
            };
            errors.push(UNKNOWN_KEY.at(span, format!("`{owner}` knows no key `{key}`")).help(help));
        } else if args.iter().any(|other| other.key == *key) {
            errors.push(DUPLICATE_KEY.at(span, format!("`{key}` is stated twice; only one can hold")));
        } else {
            args.push(arg);
        }
    }
    (args, meant)
}

/// Where in a value the next key follows without a comma between them.
fn next_key(value: &[TokenTree], known: &[&str]) -> Option<usize> {
    let follows = value.windows(2).position(|pair| match pair {
        [TokenTree::Punct(_), _] => false,
        [_, TokenTree::Ident(word)] => known.iter().any(|key| word == key),
        _ => false,
    });
    follows.map(|place| place + 1)
}

/// The pieces between top-level commas; a comma at the end is allowed. They stay lists of tokens: each stream that a
/// macro makes or copies is a call into the compiler.
pub(crate) fn split(tokens: TokenStream, errors: &mut Diagnostics) -> Vec<Vec<TokenTree>> {
    let mut pieces = Vec::new();
    let mut piece = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                if piece.is_empty() {
                    let message = "nothing stands before this comma".to_owned();
                    errors.push(MALFORMED_ARGUMENT.at(comma.span(), message).help("remove the comma"));
                } else {
                    pieces.push(core::mem::take(&mut piece));
                }
            }
            token => piece.push(token),
        }
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

/// The span of the first token.
pub(crate) fn span_of(tokens: &[TokenTree]) -> Span {
    tokens.first().map_or_else(Span::call_site, TokenTree::span)
}

/// The only token, taken out of the invisible group in which a `macro_rules!` capture stands.
pub(crate) fn only(tokens: &[TokenTree]) -> Option<TokenTree> {
    match tokens {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => {
            only(&group.stream().into_iter().collect::<Vec<_>>())
        }
        [token] => Some(token.clone()),
        _ => None,
    }
}

/// `word(..)`: the word and what stands in its parentheses.
pub(crate) fn call(tokens: &[TokenTree]) -> Option<(&Ident, &Group)> {
    match tokens {
        [TokenTree::Ident(word), TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            Some((word, group))
        }
        _ => None,
    }
}

fn arg(mut piece: Vec<TokenTree>) -> Option<Arg> {
    let Some(TokenTree::Ident(key)) = piece.first() else { return None };
    let (key, span) = (key.to_string(), key.span());
    let value = match piece.get(1..)? {
        [] => Value::Flag,
        [TokenTree::Punct(sign), _, ..] if sign.as_char() == '=' => Value::Equals(piece.split_off(2)),
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => Value::List(group.clone()),
        _ => return None,
    };
    Some(Arg { key, span, value })
}
