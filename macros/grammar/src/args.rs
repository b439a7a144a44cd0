//! Splits an attribute's arguments into keys and values. It works on tokens, so that one malformed argument hides no
//! other.

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

/// The value of a key.
pub(crate) enum Value {
    /// No value: the key alone.
    Flag,
    /// `= ..`: the tokens after the sign, at least one.
    Equals(Vec<TokenTree>),
    /// `(..)`.
    List(Group),
}

impl Arg {
    /// Returns the tokens after the sign.
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

    /// Returns the elements between the parentheses.
    pub(crate) fn list(&self, errors: &mut Diagnostics) -> Option<Vec<Vec<TokenTree>>> {
        if let Value::List(group) = &self.value {
            return Some(split(group.stream(), errors));
        }
        let (key, message) = (&self.key, format!("`{}` takes a list", self.key));
        errors.push(MALFORMED_ARGUMENT.at(self.span, message).help(format!("write `{key}(\"..\", \"..\")`")));
        None
    }

    /// Checks that the key has no value, or, if `valued`, that its value is `true` or `false`.
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
            (format!("`{key}` takes `true` or `false`"), format!("write `{key}` alone, or `{key} = false`"))
        } else {
            (format!("`{key}` takes no value"), format!("write `{key}` alone"))
        };
        errors.push(MALFORMED_ARGUMENT.at(self.span, message).help(help));
        None
    }
}

/// Reads `tokens` as arguments of `owner`, which accepts the given keys. Unknown and repeated keys are dropped.
pub(crate) fn read(tokens: TokenStream, owner: &str, known: &[&str], errors: &mut Diagnostics) -> Vec<Arg> {
    read_with_meant(tokens, owner, known, errors).0
}

/// Like [`read`], and also returns the known keys that unknown keys resemble, so that a misspelled key is not reported
/// as missing.
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
            let message = format!("`{owner}` takes arguments of the form `key = value`");
            errors.push(MALFORMED_ARGUMENT.at(span, message));
            continue;
        };
        if let Value::Equals(value) = &mut arg.value
            && let Some(place) = next_key(value, known)
        {
            let next = value.split_off(place);
            let (span, key) = (span_of(&next), next.first().map(ToString::to_string).unwrap_or_default());
            errors.push(MALFORMED_ARGUMENT.at(span, format!("missing comma before `{key}`")).help("insert a comma"));
        }
        let key = &arg.key;
        if !known.contains(&key.as_str()) {
            let near = nearest(key, known);
            meant.extend(known.iter().copied().find(|known| Some(*known) == near));
            let help = match near {
                Some(near) => format!("write `{near}`"),
                None => format!("write one of `{}`", known.join("`, `")),
            };
            errors.push(UNKNOWN_KEY.at(span, format!("unknown key `{key}` in `{owner}`")).help(help));
        } else if args.iter().any(|other| other.key == *key) {
            errors.push(DUPLICATE_KEY.at(span, format!("duplicate key `{key}`")));
        } else {
            args.push(arg);
        }
    }
    (args, meant)
}

/// Returns where the next key begins inside a value, if the comma before it is missing.
fn next_key(value: &[TokenTree], known: &[&str]) -> Option<usize> {
    let follows = value.windows(2).position(|pair| match pair {
        [TokenTree::Punct(_), _] => false,
        [_, TokenTree::Ident(word)] => known.iter().any(|key| word == key),
        _ => false,
    });
    follows.map(|place| place + 1)
}

/// Splits at top-level commas. A trailing comma is allowed. The pieces stay lists of tokens, since each stream that a
/// macro creates or copies is a call into the compiler.
pub(crate) fn split(tokens: TokenStream, errors: &mut Diagnostics) -> Vec<Vec<TokenTree>> {
    let mut pieces = Vec::new();
    let mut piece = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                if piece.is_empty() {
                    let message = "unexpected comma".to_owned();
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

/// Returns the only token, also if a `macro_rules!` capture wraps it in an invisible group.
pub(crate) fn only(tokens: &[TokenTree]) -> Option<TokenTree> {
    match tokens {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => {
            only(&group.stream().into_iter().collect::<Vec<_>>())
        }
        [token] => Some(token.clone()),
        _ => None,
    }
}

/// Matches `word(..)`, and returns the word and the contents of its parentheses.
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
