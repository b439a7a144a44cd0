//! Finds tools that a program builds at run time, and those that are structs. It is a search for names in tokens; it knows no types.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{ImplItem, Item, ItemStruct, LitStr, ext::IdentExt as _};

use super::{
    BuiltTool, SdkModule,
    attributes::{destructive, flag, is_for_tests, is_named, literal},
};
use crate::{package::Package, source::Place};

/// Types and constructors whose first argument is the name of a tool.
const CONSTRUCTORS: [(&str, &[&str]); 2] =
    [("Tool", &["new", "new_with_raw", "new_raw", "new_with_icons"]), ("ToolBuilder", &["new"])];

/// Adds the structs with `#[mcp_tool(name = "..")]` of rust-mcp-sdk.
pub(crate) fn structs(module: &mut SdkModule, items: &[Item], package: &Package) {
    if !package.dependencies.values().any(|found| found.package.starts_with("rust-mcp-")) {
        return;
    }
    for item in items {
        if let Item::Struct(item) = item {
            tool_struct(module, item);
        }
    }
}

fn tool_struct(module: &mut SdkModule, item: &ItemStruct) {
    let Some(attribute) = item.attrs.iter().find(|attribute| is_named(attribute, "mcp_tool")) else { return };
    let (place, ty) = (Place::of(&module.file, item.ident.span()), item.ident.unraw());
    let Some(name) = literal(attribute, "name") else {
        module.unread.push((place, format!("the name of `#[mcp_tool]` on `{ty}` is not a literal")));
        return;
    };
    module.built.push(BuiltTool {
        name,
        place,
        description: literal(attribute, "description"),
        found: format!("`#[mcp_tool]` of rust-mcp-sdk on `{ty}`"),
        read_only: flag(attribute, "read_only_hint"),
        destructive: destructive(attribute, flag(attribute, "destructive_hint")),
    });
}

/// Adds the tools that items build.
pub(crate) fn find(module: &mut SdkModule, items: &[Item], package: &Package) {
    let depends_on = |sdk: &str| package.dependencies.values().any(|found| found.package == sdk);
    let is_rmcp = depends_on("rmcp");
    if !is_rmcp && !depends_on("tower-mcp") && !depends_on("rust-mcp-sdk") {
        return;
    }
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
                let rest = tokens.get(at..).unwrap_or_default();
                if let Some(arguments) = call(rest.get(1..).unwrap_or_default(), methods) {
                    constructed(module, &name, token, &arguments, rest);
                } else if let [_, TokenTree::Group(fields), behind @ ..] = rest
                    && name == "Tool"
                    && !at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(is_definition)
                    // `let Tool { .. } = tool`, `Tool { .. } => ..`
                    && !behind.first().is_some_and(|token| is_punct(token, '='))
                {
                    tool_literal(module, token, &fields.stream().into_iter().collect::<Vec<_>>());
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
    let place = Place::of(&module.file, at.span());
    let Some(name) = arguments.first().and_then(text) else {
        module.unread.push((place, format!("the name of the tool in `{of}::new` is not a literal")));
        return;
    };
    // Methods of tower-mcp's builder, up to the end of the expression.
    let chain: Vec<&TokenTree> =
        rest.iter().take_while(|token| !is_punct(token, ';') && !is_punct(token, ',')).collect();
    let says = |method: &str| {
        let is_called = chain.iter().any(|token| matches!(token, TokenTree::Ident(name) if name == method));
        (of == "ToolBuilder" && is_called).then_some(true)
    };
    // The second argument of rmcp's constructor, or a method of the builder.
    let second = (of == "Tool").then(|| arguments.get(2).and_then(text)).flatten();
    let described = chain.windows(2).find_map(|pair| match pair {
        [TokenTree::Ident(method), TokenTree::Group(inner)] if method == "description" => {
            inner.stream().into_iter().next().as_ref().and_then(text)
        }
        _ => None,
    });
    let non_destructive = says("non_destructive").map(|_| false);
    module.built.push(BuiltTool {
        name,
        place,
        description: second.or(described),
        found: format!("`{of}::new`"),
        read_only: says("read_only").or_else(|| says("read_only_safe")),
        destructive: says("destructive").or(non_destructive),
    });
}

/// Returns whether a type's name behind this token is in no expression: `struct Tool`, `impl Tool`, `-> Tool`.
fn is_definition(before: &TokenTree) -> bool {
    match before {
        TokenTree::Ident(word) => {
            ["struct", "enum", "union", "impl", "for", "trait", "mod", "dyn"].contains(&word.to_string().as_str())
        }
        other => is_punct(other, '>'),
    }
}

/// Adds the tool of `Tool { name: "..".into(), .. }`, which states a schema, or takes it from another value.
fn tool_literal(module: &mut SdkModule, at: &TokenTree, fields: &[TokenTree]) {
    let value = |field: &str| {
        let start = fields.windows(2).position(
            |pair| matches!(pair, [TokenTree::Ident(name), colon] if name == field && is_punct(colon, ':')),
        )?;
        let rest = fields.get(start + 2..)?;
        Some(rest.split(|token| is_punct(token, ',')).next().unwrap_or_default())
    };
    let rest = fields.windows(3).any(|part| matches!(part, [a, b, _] if is_punct(a, '.') && is_punct(b, '.')));
    let Some(name) = value("name").filter(|_| rest || value("input_schema").is_some()) else { return };
    let place = Place::of(&module.file, at.span());
    match any_text(name) {
        Some(name) => module.built.push(BuiltTool {
            name,
            place,
            description: value("description").and_then(any_text),
            found: "`Tool { .. }`".to_owned(),
            read_only: None,
            destructive: None,
        }),
        None => module.unread.push((place, "the name of the tool in `Tool { .. }` is not a literal".to_owned())),
    }
}

/// Returns the only literal text among tokens: of `"a"`, `"a".into()`, `Some(Cow::Borrowed("a"))`.
fn any_text(tokens: &[TokenTree]) -> Option<String> {
    fn collect(tokens: &[TokenTree], texts: &mut Vec<String>) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => collect(&group.stream().into_iter().collect::<Vec<_>>(), texts),
                token => texts.extend(text(token)),
            }
        }
    }
    let mut texts = Vec::new();
    collect(tokens, &mut texts);
    let name = texts.pop();
    name.filter(|_| texts.is_empty())
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
            let place = Place::of(&module.file, token.span());
            let found = "`call_tool`".to_owned();
            module.built.push(BuiltTool { name, place, description: None, found, read_only: None, destructive: None });
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
