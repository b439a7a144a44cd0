//! The grammar, as the scan uses it. An input is read as source, as arguments of an attribute and as `mcp-scopes.toml`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mcp_scopes_grammar::{config, diagnostic::Diagnostic, group, item::FnHead, table, tool};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Maximum nesting of brackets. The scan rejects deeper nesting before it parses; for macros, the compiler does.
const MAX_BRACKETS: usize = 64;
/// Maximum number of tokens. The scan rejects longer expressions.
const MAX_TOKENS: usize = 2_000;

fuzz_target!(|text: &str| {
    match config::read(text, "mcp-scopes.toml") {
        Ok(config) => {
            let stated = config.scopes.iter().flatten().map(|scope| &scope.name);
            assert!(stated.clone().all(|scope| scope.line >= 1 && scope.column >= 1));
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            assert!(errors.iter().all(|error| !error.message.is_empty() && error.line >= 1 && error.column >= 1));
        }
    }
    let Ok(tokens) = text.parse::<TokenStream>() else { return };
    if nests(&tokens, MAX_BRACKETS) || tokens.clone().into_iter().count() > MAX_TOKENS {
        return;
    }
    if let Ok(head) =
        FnHead::parse("/// Do it\npub async fn f(path: String, depth: Option<u32>) -> bool { true }".parse().unwrap())
    {
        assert_have_messages(&tool::read(tokens.clone(), &head).1);
    }
    assert_have_messages(&table::read(tokens.clone()).1);
    let block = "impl S { #[mcp_tool(risk = \"low\")] fn f(&self) {} }";
    assert_have_messages(&group::read(tokens.clone(), block.parse().unwrap()).1);
    assert_have_messages(&group::read(TokenStream::new(), tokens.clone()).1);
    match FnHead::parse(tokens.clone()) {
        Ok(head) => assert_have_messages(&tool::read("risk = \"low\"".parse().unwrap(), &head).1),
        Err(error) => assert!(!error.message.is_empty()),
    }
    let Ok(file) = syn::parse2::<syn::File>(tokens) else { return };
    for item in &file.items {
        let syn::Item::Fn(item) = item else { continue };
        for (arguments, head) in FnHead::of(&item.attrs, &item.vis, &item.sig) {
            assert_have_messages(&tool::read(arguments, &head).1);
        }
    }
});

/// Asserts that each diagnostic has an id and a message.
fn assert_have_messages(errors: &[Diagnostic]) {
    for error in errors {
        assert!(!error.id.is_empty() && !error.message.is_empty(), "{error:?}");
    }
}

fn nests(tokens: &TokenStream, deep: usize) -> bool {
    let groups = tokens.clone().into_iter().filter_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() != Delimiter::None || deep > 0 => Some(group.stream()),
        _ => None,
    });
    groups.into_iter().any(|inner| deep == 0 || nests(&inner, deep - 1))
}
