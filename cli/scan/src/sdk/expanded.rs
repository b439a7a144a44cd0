//! Finds tools inside `macro_rules!`: the names are in the body of the macro, or in what its calls pass.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::Item;

use super::{BuiltTool, SdkModule, built::text};
use crate::source::Place;

/// Fragments that are one token.
const SINGLE: [&str; 5] = ["ident", "literal", "tt", "lifetime", "block"];

/// Adds the tools of the macros that a module defines and calls.
pub(super) fn find(module: &mut SdkModule, items: &[Item]) {
    let macros = items.iter().filter_map(|item| match item {
        Item::Macro(item) => Some(item),
        _ => None,
    });
    for defined in macros.clone() {
        let Some(name) = &defined.ident else { continue };
        if !has_tool(defined.mac.tokens.clone()) {
            continue;
        }
        let line = Place::of(&module.file, name.span()).start.line;
        let rules = rules(&defined.mac.tokens.clone().into_iter().collect::<Vec<_>>());
        let mut found = Vec::new();
        for call in macros.clone().filter(|call| call.mac.path.segments.last().is_some_and(|last| last.ident == *name))
        {
            let input: Vec<TokenTree> = call.mac.tokens.clone().into_iter().collect();
            let matched = rules.iter().find_map(|(pattern, body)| {
                let mut captures = Vec::new();
                let rest = capture(pattern, &input, &mut captures)?;
                rest.is_empty().then_some((captures, body))
            });
            if let Some((captures, body)) = matched {
                named(body, &captures, &mut found);
            }
        }
        let shown = format!("`macro_rules! {name}`");
        if found.is_empty() {
            module.unread.push((line, format!("the names of the tools in {shown} are not known")));
        }
        for (name, token, Stated { read_only, description }) in found {
            let line = token.map_or(line, |token| Place::of(&module.file, token.span()).start.line);
            let found = shown.clone();
            module.built.push(BuiltTool { name, line, description, found, read_only, destructive: None });
        }
    }
}

/// Returns whether tokens hold `#[tool` or `#[tool(`.
fn has_tool(tokens: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    tokens.iter().any(|token| match token {
        TokenTree::Group(group) => is_attribute(group) || has_tool(group.stream()),
        _ => false,
    })
}

/// Returns whether these brackets are those of `#[tool]`.
fn is_attribute(group: &proc_macro2::Group) -> bool {
    let path: Vec<TokenTree> =
        group.stream().into_iter().take_while(|token| !matches!(token, TokenTree::Group(_))).collect();
    group.delimiter() == Delimiter::Bracket && matches!(path.last(), Some(TokenTree::Ident(name)) if name == "tool")
}

/// Returns the patterns and bodies of a macro.
fn rules(tokens: &[TokenTree]) -> Vec<(Vec<TokenTree>, Vec<TokenTree>)> {
    let groups = tokens.iter().filter_map(|token| match token {
        TokenTree::Group(group) => Some(group.stream().into_iter().collect::<Vec<_>>()),
        _ => None,
    });
    let groups: Vec<_> = groups.collect();
    groups.chunks(2).filter_map(|pair| Some((pair.first()?.clone(), pair.get(1)?.clone()))).collect()
}

type Captures = Vec<(String, Vec<TokenTree>)>;

/// Matches input with a pattern. Returns the rest of the input.
fn capture<'i>(pattern: &[TokenTree], mut input: &'i [TokenTree], captures: &mut Captures) -> Option<&'i [TokenTree]> {
    let mut pattern = pattern;
    loop {
        match pattern {
            [] => return Some(input),
            [dollar, TokenTree::Ident(name), colon, TokenTree::Ident(kind), rest @ ..]
                if is(dollar, '$') && is(colon, ':') =>
            {
                let length = if SINGLE.contains(&kind.to_string().as_str()) {
                    1
                } else {
                    let end = rest.first().map(ToString::to_string);
                    let at = input.iter().position(|token| end.as_deref() == Some(token.to_string().as_str()));
                    at.unwrap_or(input.len())
                };
                let (taken, left) = input.split_at_checked(length)?;
                captures.push((name.to_string(), taken.to_vec()));
                (pattern, input) = (rest, left);
            }
            [dollar, TokenTree::Group(inner), rest @ ..] if is(dollar, '$') => {
                let inner: Vec<TokenTree> = inner.stream().into_iter().collect();
                let signs = rest.iter().position(|token| ['*', '+', '?'].iter().any(|sign| is(token, *sign)))?;
                let separator = rest.get(..signs)?;
                while !input.is_empty() {
                    let mut inside = Vec::new();
                    let Some(left) = capture(&inner, input, &mut inside) else { break };
                    if left.len() == input.len() {
                        break;
                    }
                    captures.append(&mut inside);
                    input = left;
                    match (separator.first(), input.first()) {
                        (Some(expected), Some(found)) if expected.to_string() == found.to_string() => {
                            input = input.get(1..)?;
                        }
                        (Some(_), _) => break,
                        (None, _) => {}
                    }
                }
                pattern = rest.get(signs + 1..)?;
            }
            [TokenTree::Group(expected), rest @ ..] => {
                let Some((TokenTree::Group(found), left)) = input.split_first() else { return None };
                let expected: Vec<TokenTree> = expected.stream().into_iter().collect();
                let found: Vec<TokenTree> = found.stream().into_iter().collect();
                capture(&expected, &found, captures)?.is_empty().then_some(())?;
                (pattern, input) = (rest, left);
            }
            [expected, rest @ ..] => {
                let (found, left) = input.split_first()?;
                (expected.to_string() == found.to_string()).then_some(())?;
                (pattern, input) = (rest, left);
            }
        }
    }
}

/// What a macro states about its tools.
#[derive(Clone, Default)]
struct Stated {
    read_only: Option<bool>,
    description: Option<String>,
}

/// A name, its token if a call passes it, and the facts beside it.
type Named = (String, Option<TokenTree>, Stated);

/// Adds the names of the tools in the body of a macro.
fn named(body: &[TokenTree], captures: &Captures, found: &mut Vec<Named>) {
    for (at, token) in body.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        if !is_attribute(group) {
            named(&group.stream().into_iter().collect::<Vec<_>>(), captures, found);
            continue;
        }
        let arguments: Vec<TokenTree> = flat(group.stream());
        let read_only = arguments.windows(3).find_map(|part| match part {
            [TokenTree::Ident(key), _, TokenTree::Ident(value)] if key == "read_only_hint" => Some(value == "true"),
            _ => None,
        });
        let description = arguments.windows(3).find_map(|part| match part {
            [TokenTree::Ident(key), _, value] if key == "description" => text(value),
            _ => None,
        });
        let facts = Stated { read_only, description };
        let stated = arguments.iter().position(|token| matches!(token, TokenTree::Ident(key) if key == "name"));
        let rest = if let Some(stated) = stated {
            arguments.get(stated + 2..).unwrap_or_default()
        } else {
            let rest = body.get(at..).unwrap_or_default();
            let function = rest.iter().position(|token| matches!(token, TokenTree::Ident(word) if word == "fn"));
            function.and_then(|function| rest.get(function + 1..)).unwrap_or_default()
        };
        match rest {
            [dollar, TokenTree::Ident(variable), ..] if is(dollar, '$') => {
                for (_, tokens) in captures.iter().filter(|(name, _)| variable == name) {
                    let token = tokens.first().cloned();
                    let name = token.as_ref().map(|token| text(token).unwrap_or_else(|| token.to_string()));
                    found.extend(name.map(|name| (name, token, facts.clone())));
                }
            }
            [name @ TokenTree::Literal(_), ..] => found.extend(text(name).map(|name| (name, None, facts))),
            [TokenTree::Ident(name), ..] => found.push((name.to_string(), None, facts)),
            _ => {}
        }
    }
}

fn flat(tokens: TokenStream) -> Vec<TokenTree> {
    let of_each = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => flat(group.stream()),
        token => vec![token],
    });
    of_each.collect()
}

fn is(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}
