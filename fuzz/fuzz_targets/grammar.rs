//! The grammar, as the scan uses it: any text as source, as an attribute's arguments and as `mcp-scopes.toml`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mcp_scopes_grammar::{config, diagnostic::Diagnostic, group, item::FnHead, table, tool};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A scan refuses brackets that nest deeper before anything is parsed, and the compiler those of a macro.
const MAX_BRACKETS: usize = 64;
/// And expressions that are longer.
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
        FnHead::parse("/// Does it\npub async fn f(path: String, depth: Option<u32>) -> bool { true }".parse().unwrap())
    {
        sound(&tool::read(tokens.clone(), &head).1);
    }
    sound(&table::read(tokens.clone()).1);
    let block = "impl S { #[mcp_tool(risk = \"low\")] fn f(&self) {} }";
    sound(&group::read(tokens.clone(), block.parse().unwrap()).1);
    sound(&group::read(TokenStream::new(), tokens.clone()).1);
    match FnHead::parse(tokens.clone()) {
        Ok(head) => sound(&tool::read("risk = \"low\"".parse().unwrap(), &head).1),
        Err(error) => assert!(!error.message.is_empty()),
    }
    let Ok(file) = syn::parse2::<syn::File>(tokens) else { return };
    for item in &file.items {
        let syn::Item::Fn(item) = item else { continue };
        for (arguments, head) in FnHead::of(&item.attrs, &item.vis, &item.sig) {
            sound(&tool::read(arguments, &head).1);
        }
    }
});

/// Each diagnostic says something.
fn sound(errors: &[Diagnostic]) {
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
