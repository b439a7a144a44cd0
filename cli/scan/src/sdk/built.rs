//! Finds tools that a program builds at run time. It is a search for names in tokens; it knows no types.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{ImplItem, Item, LitStr};

use super::{BuiltTool, SdkModule, attributes::is_for_tests};
use crate::{package::Package, source::Place};

/// Types and constructors whose first argument is the name of a tool.
const CONSTRUCTORS: [(&str, &[&str]); 2] =
    [("Tool", &["new", "new_with_raw", "new_raw", "new_with_icons"]), ("ToolBuilder", &["new"])];

/// Adds the tools that items build.
pub(super) fn find(module: &mut SdkModule, items: &[Item], package: &Package) {
    let is_rmcp = package.dependencies.values().any(|found| found.package == "rmcp");
    for item in items {
        match item {
            Item::Mod(_) | Item::Use(_) | Item::Macro(_) => {}
            Item::Impl(item) => {
                for inner in &item.items {
                    let ImplItem::Fn(inner) = inner else { continue };
                    if is_for_tests(&inner.attrs) {
                        continue;
                    }
                    constructors(module, inner.block.to_token_stream());
                    let is_handler = item.trait_.as_ref().is_some_and(|(path, _)| {
                        path.segments.last().is_some_and(|last| last.ident == "ServerHandler")
                    });
                    if is_rmcp && is_handler && inner.sig.ident == "call_tool" {
                        matches(module, &inner.block.to_token_stream().into_iter().collect::<Vec<_>>());
                    }
                }
            }
            item => constructors(module, item.to_token_stream()),
        }
    }
}

fn constructors(module: &mut SdkModule, tokens: TokenStream) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(name) => {
                let name = name.to_string();
                let Some((_, methods)) = CONSTRUCTORS.iter().find(|(known, _)| *known == name) else { continue };
                if let Some(arguments) = call(tokens.get(at + 1..).unwrap_or_default(), methods) {
                    let rest = tokens.get(at..).unwrap_or_default();
                    constructed(module, &name, token, &arguments, rest);
                }
            }
            TokenTree::Group(group) => constructors(module, group.stream()),
            _ => {}
        }
    }
}

/// Returns the arguments of `::method(..)`.
fn call(tokens: &[TokenTree], methods: &[&str]) -> Option<Vec<TokenTree>> {
    match tokens {
        [TokenTree::Punct(_), TokenTree::Punct(_), TokenTree::Ident(method), TokenTree::Group(arguments), ..]
            if methods.contains(&method.to_string().as_str()) =>
        {
            Some(arguments.stream().into_iter().collect())
        }
        _ => None,
    }
}

fn constructed(module: &mut SdkModule, of: &str, at: &TokenTree, arguments: &[TokenTree], rest: &[TokenTree]) {
    let line = Place::of(&module.file, at.span()).start.line;
    match arguments.first().and_then(text) {
        Some(name) => {
            // Methods of tower-mcp's builder, up to the end of the statement.
            let chain = rest.iter().take_while(|token| !is_punct(token, ';') && !is_punct(token, ','));
            let methods: Vec<String> = chain
                .filter_map(|token| match token {
                    TokenTree::Ident(name) => Some(name.to_string()),
                    _ => None,
                })
                .collect();
            let says = |method: &str| methods.iter().any(|name| name == method).then_some(true);
            // The second argument of rmcp's constructor, or a method of the builder.
            let second = (of == "Tool").then(|| arguments.get(2).and_then(text)).flatten();
            let described = rest.windows(2).find_map(|pair| match pair {
                [TokenTree::Ident(method), TokenTree::Group(inner)] if method == "description" => {
                    inner.stream().into_iter().next().as_ref().and_then(text)
                }
                _ => None,
            });
            let non_destructive = says("non_destructive").map(|_| false);
            module.built.push(BuiltTool {
                name,
                line,
                description: second.or(described),
                found: format!("`{of}::new`"),
                read_only: says("read_only").or_else(|| says("read_only_safe")),
                destructive: says("destructive").or(non_destructive),
            });
        }
        None => module.unread.push((line, format!("the name of the tool in `{of}::new` is not a literal"))),
    }
}

/// Adds the names in the arms of `match .. name .. { "a" => .. }`.
fn matches(module: &mut SdkModule, tokens: &[TokenTree]) {
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Ident(word) = token
            && word == "match"
        {
            let rest = tokens.get(at + 1..).unwrap_or_default();
            let length = rest.iter().position(
                |token| matches!(token, TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace),
            );
            if let Some((length, TokenTree::Group(arms))) = length.and_then(|at| Some((at, rest.get(at)?)))
                && rest.iter().take(length).any(|token| matches!(token, TokenTree::Ident(name) if name == "name"))
            {
                arm_names(module, &arms.stream().into_iter().collect::<Vec<_>>());
            }
        }
        if let TokenTree::Group(group) = token {
            matches(module, &group.stream().into_iter().collect::<Vec<_>>());
        }
    }
}

fn arm_names(module: &mut SdkModule, tokens: &[TokenTree]) {
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1);
        let is_pattern = next.is_some_and(|next| is_punct(next, '|') || is_punct(next, '='))
            || next.is_some_and(|next| matches!(next, TokenTree::Ident(word) if word == "if"));
        if let Some(name) = text(token).filter(|_| is_pattern) {
            let line = Place::of(&module.file, token.span()).start.line;
            let found = "`call_tool`".to_owned();
            module.built.push(BuiltTool { name, line, description: None, found, read_only: None, destructive: None });
        }
    }
}

fn is_punct(token: &TokenTree, expected: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == expected)
}

/// Returns the value of a string literal.
pub(super) fn text(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Literal(literal) => syn::parse_str::<LitStr>(&literal.to_string()).ok().map(|text| text.value()),
        _ => None,
    }
}
