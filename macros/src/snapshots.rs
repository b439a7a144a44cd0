//! Expansions, pretty-printed and compared with committed files.
//!
//! `snapshots/<name>.rs` expands to `snapshots/<name>.expanded.rs`. The environment variable `MCP_SCOPES_BLESS=1`
//! updates the files. The workspace's UI tests compile both.

use std::{env, fs, path::Path};

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{Attribute, Item, Meta};

use crate::expand;

#[test]
fn expands_the_shortest_annotation() {
    compare("least");
}

#[test]
fn expands_every_key() {
    compare("everything");
}

#[test]
fn groups() {
    compare("groups");
}

fn compare(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let input = fs::read_to_string(folder.join(format!("{name}.rs"))).unwrap();
    let expanded: TokenStream = syn::parse_file(&input).unwrap().items.into_iter().map(expanded).collect();
    let file = syn::parse2(expanded).unwrap();
    let actual = prettyplease::unparse(&file);
    let path = folder.join(format!("{name}.expanded.rs"));
    if env::var_os("MCP_SCOPES_BLESS").is_some() {
        fs::write(&path, &actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    assert!(actual == expected, "{} has changed; run with MCP_SCOPES_BLESS=1\n{actual}", path.display());
}

/// Returns the item as its outermost macro emits it.
fn expanded(mut item: Item) -> TokenStream {
    let attributes = match &mut item {
        Item::Macro(call) if call.mac.path.is_ident("scope_table") => {
            return expand::table::expand(call.mac.tokens.clone());
        }
        Item::Fn(function) => &mut function.attrs,
        Item::Impl(block) => &mut block.attrs,
        Item::Mod(module) => &mut module.attrs,
        _ => return item.into_token_stream(),
    };
    let Some((place, macro_name)) = attributes.iter().enumerate().find_map(|(place, attribute)| {
        let name = attribute.path().get_ident()?.to_string();
        name.starts_with("mcp_tool").then_some((place, name))
    }) else {
        return item.into_token_stream();
    };
    let args = arguments(&attributes.remove(place));
    let item = item.into_token_stream();
    if macro_name == "mcp_tool" { expand::tool::expand(&args, item) } else { expand::group::expand(args, item) }
}

fn arguments(attribute: &Attribute) -> TokenStream {
    match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    }
}
