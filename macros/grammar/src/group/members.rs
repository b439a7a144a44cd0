//! Finds the functions of a block by their outer tokens. Function bodies are not parsed.

use crate::{
    attribute::{self, Attr},
    catalogue::{ANNOTATION_BELOW_TOOL, UNANNOTATED_TOOL},
    diagnostic::Diagnostics,
    ir::MemberDecl,
    item::{ANNOTATION, SDK_TOOL},
};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

/// The attributes at the beginning of some tokens.
pub(super) struct Attributes {
    pub(super) list: Vec<Attr>,
    /// The index of the first token after the attributes.
    pub(super) end: usize,
}

/// Returns the annotated functions of a block, in source order.
pub(super) fn read(body: &Group, errors: &mut Diagnostics) -> Vec<MemberDecl> {
    let tokens: Vec<TokenTree> = body.stream().into_iter().collect();
    let mut rest = tokens.as_slice();
    let mut members = Vec::new();
    while !rest.is_empty() {
        let attributes = attributes(rest);
        rest = rest.get(attributes.end..).unwrap_or_default();
        let is_fn = keyword(rest).is_some_and(|(word, _)| word == "fn");
        if is_fn && let Some(function) = function(rest) {
            members.extend(member(&attributes.list, &function, errors));
        }
        rest = rest.get(item_end(rest, is_fn)..).unwrap_or_default();
    }
    members
}

fn member(attributes: &[Attr], function: &Function<'_>, errors: &mut Diagnostics) -> Option<MemberDecl> {
    let ident = function.ident;
    let annotations: Vec<&Attr> = attributes.iter().filter(|attribute| attribute.name == ANNOTATION).collect();
    let sdk = attributes.iter().find(|attribute| attribute.name == SDK_TOOL);
    let Some(annotation) = annotations.first() else {
        if let Some(sdk) = sdk {
            let message =
                format!("`{ident}` has `#[tool]` but no `#[mcp_tool]`, so it is served without authorization");
            errors.push(UNANNOTATED_TOOL.at(sdk.span, message));
        }
        return None;
    };
    // For an `async fn`, the annotation itself detects the wrong order.
    if let Some(sdk) = sdk.filter(|sdk| sdk.place < annotation.place && !function.is_async) {
        let message = "`#[tool]` is above `#[mcp_tool]`, so it rewrites the function first".to_owned();
        errors.push(ANNOTATION_BELOW_TOOL.at(sdk.span, message));
    }
    let mut cfgs = attribute::cfgs(attributes);
    // Several annotations are alternatives, as in `cfg_attr(a, mcp_tool(..)), cfg_attr(not(a), mcp_tool(..))`: one of
    // their conditions must hold.
    if annotations.iter().all(|annotation| !annotation.conditions.is_empty()) {
        let alternatives = annotations.iter().map(|annotation| match annotation.conditions.as_slice() {
            [condition] => condition.clone(),
            conditions => quote::quote!(all(#(#conditions),*)),
        });
        let alternatives: Vec<TokenStream> = alternatives.collect();
        cfgs.push(match alternatives.as_slice() {
            [one] => one.clone(),
            several => quote::quote!(any(#(#several),*)),
        });
    }
    Some(MemberDecl { ident: ident.clone(), visibility: function.visibility.clone(), cfgs })
}

/// Reads the leading attributes. Inner attributes belong to the block, and are skipped too.
pub(super) fn attributes(tokens: &[TokenTree]) -> Attributes {
    let (mut list, mut end, mut place) = (Vec::new(), 0, 0);
    let mut rest = tokens;
    loop {
        let (width, group) = match rest {
            [TokenTree::Punct(hash), TokenTree::Group(group), ..] if hash.as_char() == '#' => (2, Some(group)),
            [TokenTree::Punct(hash), TokenTree::Punct(bang), TokenTree::Group(_), ..]
                if hash.as_char() == '#' && bang.as_char() == '!' =>
            {
                (3, None)
            }
            _ => return Attributes { list, end },
        };
        if let Some(group) = group {
            attribute::of_tokens(group.stream(), place, &mut list);
            place += 1;
        }
        end += width;
        rest = tokens.get(end..).unwrap_or_default();
    }
}

/// Returns the keyword of an item: `fn`, `impl`, `mod`, `struct` and so on. Qualifiers are skipped unless nothing else
/// follows: `const NAME` is a `const`.
pub(super) fn keyword(item: &[TokenTree]) -> Option<(String, Span)> {
    let mut qualifier = None;
    for token in item {
        match token {
            TokenTree::Ident(word) => match word.to_string().as_str() {
                "pub" | "default" | "async" | "safe" => {}
                "const" | "unsafe" | "extern" => qualifier = Some((word.to_string(), word.span())),
                other if qualifier.is_none() || matches!(other, "fn" | "impl" | "mod" | "trait") => {
                    return Some((other.to_owned(), word.span()));
                }
                _ => return qualifier,
            },
            // `pub(crate)`, `extern "C"`.
            TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => {}
            TokenTree::Literal(_) => {}
            TokenTree::Group(_) | TokenTree::Punct(_) => return qualifier,
        }
    }
    qualifier
}

struct Function<'t> {
    visibility: TokenStream,
    is_async: bool,
    ident: &'t Ident,
}

/// Reads the head of a function.
fn function(item: &[TokenTree]) -> Option<Function<'_>> {
    let visibility = match item {
        [pub_token @ TokenTree::Ident(word), TokenTree::Group(group), ..]
            if word == "pub" && group.delimiter() == Delimiter::Parenthesis =>
        {
            [pub_token.clone(), TokenTree::Group(group.clone())].into_iter().collect()
        }
        [pub_token @ TokenTree::Ident(word), ..] if word == "pub" => pub_token.clone().into(),
        // A `$vis:vis` capture.
        [TokenTree::Group(group), ..] if group.delimiter() == Delimiter::None => group.stream(),
        _ => TokenStream::new(),
    };
    let is = |token: &TokenTree, keyword: &str| matches!(token, TokenTree::Ident(word) if word == keyword);
    let place = item.iter().position(|token| is(token, "fn"))?;
    let is_async = item.iter().take(place).any(|token| is(token, "async"));
    match item.get(place + 1)? {
        TokenTree::Ident(ident) => Some(Function { visibility, is_async, ident }),
        _ => None,
    }
}

/// Returns the start of the next item. Always advances by at least one token.
fn item_end(item: &[TokenTree], is_fn: bool) -> usize {
    let to_semicolon = !is_fn
        && keyword(item).is_some_and(|(word, _)| matches!(word.as_str(), "const" | "static" | "type" | "use" | "let"));
    for (place, token) in item.iter().enumerate() {
        let end = match token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && !to_semicolon => {
                // In `-> Matrix<{ N }>`, the braces are a const argument, not a body.
                !matches!(item.get(place + 1), Some(TokenTree::Punct(next)) if matches!(next.as_char(), '>' | ','))
            }
            _ => false,
        };
        if end {
            return place + 1;
        }
    }
    item.len().max(1)
}
