//! Finds tools that macros make. The names are in the body of a `macro_rules!`, or in what a call passes: to it, or to a
//! macro of another crate such as `cfg_if!`.

use std::sync::Arc;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{ImplItem, Item, Macro, ext::IdentExt as _};

use super::{BuiltTool, attributes::is_for_tests, built::text};
use crate::source::Place;

/// Fragments that are one token.
const SINGLE: [&str; 5] = ["ident", "literal", "tt", "lifetime", "block"];

/// The macros of a crate that have `#[tool]` in their body, and the calls of any macro.
#[derive(Default)]
pub(crate) struct Macros {
    definitions: Vec<Definition>,
    calls: Vec<Call>,
}

struct Definition {
    name: String,
    place: Place,
    rules: Vec<(Vec<TokenTree>, Vec<TokenTree>)>,
}

struct Call {
    name: String,
    place: Place,
    input: Vec<TokenTree>,
}

/// A tool, or the place of what looks like one and the reason why it cannot be read.
type Found = Result<BuiltTool, (Place, String)>;

impl Macros {
    /// Adds the definitions and calls among the items of a module.
    pub(crate) fn collect(&mut self, file: &Arc<str>, items: &[Item]) {
        for item in items {
            match item {
                Item::Macro(item) => match &item.ident {
                    Some(name) => self.define(file, name, &item.mac),
                    None => self.call(file, &item.mac),
                },
                Item::Impl(item) => {
                    for inner in &item.items {
                        if let ImplItem::Macro(inner) = inner
                            && !is_for_tests(&inner.attrs)
                        {
                            self.call(file, &inner.mac);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn define(&mut self, file: &Arc<str>, name: &syn::Ident, body: &Macro) {
        if has_tool(body.tokens.clone()) {
            let place = Place::of(file, name.span());
            let rules = rules(&body.tokens.clone().into_iter().collect::<Vec<_>>());
            self.definitions.push(Definition { name: name.unraw().to_string(), place, rules });
        }
    }

    fn call(&mut self, file: &Arc<str>, call: &Macro) {
        let Some(last) = call.path.segments.last() else { return };
        let (name, place) = (last.ident.unraw().to_string(), Place::of(file, last.ident.span()));
        self.calls.push(Call { name, place, input: call.tokens.clone().into_iter().collect() });
    }

    /// Returns the tools of all calls, each with the file of the call or definition.
    pub(crate) fn resolve(&self) -> Vec<(Arc<str>, Found)> {
        let mut all = Vec::new();
        for call in &self.calls {
            let definition = self.definitions.iter().find(|definition| definition.name == call.name);
            let (shown, found) = match definition {
                Some(definition) => (format!("`macro_rules! {}`", call.name), definition.tools(&call.input)),
                None if has_tool(call.input.iter().cloned().collect()) => {
                    let mut found = Vec::new();
                    named(&call.input, &Vec::new(), &mut found);
                    (format!("`{}!`", call.name), found)
                }
                None => continue,
            };
            if found.is_empty() {
                let why = format!("the names of the tools that this call of {shown} makes are not known");
                all.push((call.place.file.clone(), Err((call.place.clone(), why))));
            }
            // A token of the call, or else the definition.
            let place = definition.map_or(&call.place, |definition| &definition.place);
            for (name, token, Stated { read_only, destructive, description }) in found {
                let token = token.map(|token| Place::of(&call.place.file, token.span()));
                let (place, found) = (token.unwrap_or_else(|| place.clone()), shown.clone());
                let tool = BuiltTool { name, place, description, found, read_only, destructive };
                all.push((tool.place.file.clone(), Ok(tool)));
            }
        }
        for definition in &self.definitions {
            if self.calls.iter().all(|call| call.name != definition.name) {
                let why = format!("the names of the tools in `macro_rules! {}` are not known", definition.name);
                all.push((definition.place.file.clone(), Err((definition.place.clone(), why))));
            }
        }
        all
    }
}

impl Definition {
    /// Returns the tools that a call with this input makes.
    fn tools(&self, input: &[TokenTree]) -> Vec<Named> {
        let mut found = Vec::new();
        let matched = self.rules.iter().find_map(|(pattern, body)| {
            let mut captures = Vec::new();
            let rest = capture(pattern, input, &mut captures)?;
            rest.is_empty().then_some((captures, body))
        });
        if let Some((captures, body)) = matched {
            named(body, &captures, &mut found);
        }
        found
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
    destructive: Option<bool>,
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
        let read_only = hint(&arguments, "read_only_hint", None);
        let destructive = hint(&arguments, "destructive_hint", Some(true));
        let description = arguments.windows(3).find_map(|part| match part {
            [TokenTree::Ident(key), _, value] if key == "description" => text(value),
            _ => None,
        });
        let facts = Stated { read_only, destructive, description: description.or_else(|| docs(body, at)) };
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

/// Returns the value of a hint, if the arguments state it. Without a value it is `true`. `other` is what counts for a value that
/// is not a literal.
fn hint(arguments: &[TokenTree], name: &str, other: Option<bool>) -> Option<bool> {
    let at = arguments.iter().position(|token| matches!(token, TokenTree::Ident(key) if key == name))?;
    match arguments.get(at + 1..).unwrap_or_default() {
        [equals, TokenTree::Ident(value), ..] if is(equals, '=') && value == "true" => Some(true),
        [equals, TokenTree::Ident(value), ..] if is(equals, '=') && value == "false" => Some(false),
        [equals, ..] if is(equals, '=') => other,
        _ => Some(true),
    }
}

/// Returns the first paragraph of the doc comment around the attribute at that token.
fn docs(body: &[TokenTree], at: usize) -> Option<String> {
    let is_attribute = |pair: &[TokenTree]| matches!(pair, [hash, TokenTree::Group(_)] if is(hash, '#'));
    let before = body.get(..=at)?.rchunks_exact(2).take_while(|pair| is_attribute(pair)).collect::<Vec<_>>();
    let behind = body.get(at + 1..)?.chunks_exact(2).take_while(|pair| is_attribute(pair));
    let lines = before.into_iter().rev().chain(behind).filter_map(|pair| match pair {
        [_, TokenTree::Group(group)] => match group.stream().into_iter().collect::<Vec<_>>().as_slice() {
            [TokenTree::Ident(doc), _, value] if doc == "doc" => text(value),
            _ => None,
        },
        _ => None,
    });
    let lines: Vec<String> = lines.map(|line| line.trim().to_owned()).collect();
    let paragraph: Vec<String> = lines.into_iter().take_while(|line| !line.is_empty()).collect();
    (!paragraph.is_empty()).then(|| paragraph.join(" "))
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
