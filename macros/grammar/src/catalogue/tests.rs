//! Rejected input: each case with the ids of its diagnostics, in order, and the source text at each location.

mod cases;

use self::cases::{ARGUMENTS, Expected, FILES, GROUPS, ITEMS, SCANNED, TABLES};
use super::ALL;
use crate::{config, diagnostic::Diagnostic, group, item::FnHead, table, tool};
use proc_macro2::TokenStream;
use std::collections::BTreeSet;

/// Kinds that the grammar does not produce. The macros open the file that a table names, and have their own tests.
const ELSEWHERE: [&str; 1] = ["unreadable-config"];

#[test]
fn reports_each_error_at_its_location() {
    let mut wrong = Vec::new();
    let mut compare = |input: &str, found: Vec<(&'static str, String)>, expected: Expected| {
        let expected: Vec<_> = expected.iter().map(|(id, place)| (*id, (*place).to_owned())).collect();
        if found != expected {
            wrong.push(format!("{input}\n  found {found:?}\n  expected {expected:?}"));
        }
    };
    for (args, expected) in ARGUMENTS {
        compare(args, of_tool(args, "fn f() {}"), expected);
    }
    for (args, item, expected) in ITEMS {
        compare(item, of_tool(args, item), expected);
    }
    for (item, expected) in SCANNED {
        compare(item, of_scan(item), expected);
    }
    for (text, expected) in TABLES {
        compare(text, places(&table::read(tokens(text)).1), expected);
    }
    for (args, item, expected) in GROUPS {
        compare(item, places(&group::read(tokens(args), tokens(item)).1), expected);
    }
    for (text, expected) in FILES {
        compare(text, of_file(text), expected);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn produces_every_kind() {
    let produced: BTreeSet<&str> = ARGUMENTS
        .iter()
        .map(|(_, expected)| *expected)
        .chain(ITEMS.iter().chain(GROUPS).map(|(_, _, expected)| *expected))
        .chain([SCANNED, TABLES, FILES].concat().into_iter().map(|(_, expected)| expected))
        .flatten()
        .map(|(id, _)| *id)
        .collect();
    let known: BTreeSet<&str> = ALL.iter().map(|kind| kind.id).collect();
    let known_here: BTreeSet<&str> = known.iter().copied().filter(|id| !ELSEWHERE.contains(id)).collect();
    assert_eq!(produced, known_here);
    assert_eq!(known.len(), ALL.len(), "duplicate id");
}

#[test]
fn labels_and_helps_follow_the_style() {
    for kind in ALL {
        assert!(kind.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", kind.id);
        for text in [kind.label, kind.help] {
            assert!(!text.is_empty() && !text.ends_with(['.', '!']), "{}: {text}", kind.id);
        }
    }
}

#[test]
fn suggests_the_nearest_word() {
    for (args, help) in [
        ("rsik = \"low\", risk = \"low\"", "write `risk`"),
        ("risk = \"Low\"", "write `risk = \"low\"`"),
        ("risk = \"low\", sandbox = \"simulat\"", "write `sandbox = simulate(path)`"),
        ("risk = \"low\", policy(coling_period_minutes = 1)", "write `cooling_period_minutes`"),
        ("risk = \"low\", scope = al(\"a\")", "write `all(..)`"),
    ] {
        let head = FnHead::parse(tokens("fn f() {}")).unwrap();
        let (_, errors) = tool::read(tokens(args), &head);
        assert_eq!(errors[0].help.as_deref(), Some(help), "{args}");
    }
    for (file, help) in [
        ("[sever]\n", "write `[server]`"),
        ("[tools.db.query]\nrisk = \"low\"\n", "quote a name that contains a dot: `[tools.\"db.query\"]`"),
        ("[tools.q]\nrisk = \"low\"\nscope = { al = [\"a\"] }\n", "write `{ all = [..] }`"),
    ] {
        let errors = config::read(file, "mcp-scopes.toml").unwrap_err();
        assert!(errors.iter().any(|error| error.help.as_deref() == Some(help)), "{file}: {errors:?}");
    }
    let errors = config::read("[sever]\n", "mcp-scopes.toml").unwrap_err();
    assert!(errors[0].to_string().starts_with("mcp-scopes.toml:1:2: unknown section or key"));
}

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn of_tool(args: &str, item: &str) -> Vec<(&'static str, String)> {
    match FnHead::parse(tokens(item)) {
        Ok(head) => places(&tool::read(tokens(args), &head).1),
        Err(diagnostic) => places(&[diagnostic]),
    }
}

fn of_scan(item: &str) -> Vec<(&'static str, String)> {
    let item: syn::ItemFn = syn::parse_str(item).unwrap();
    let heads = FnHead::of(&item.attrs, &item.vis, &item.sig);
    heads.into_iter().flat_map(|(args, head)| places(&tool::read(args, &head).1)).collect()
}

fn of_file(text: &str) -> Vec<(&'static str, String)> {
    let errors = config::read(text, "mcp-scopes.toml").err().unwrap_or_default();
    errors.iter().map(|error| (error.id, format!("{}:{}", error.line, error.column))).collect()
}

fn places(diagnostics: &[Diagnostic]) -> Vec<(&'static str, String)> {
    let place = |diagnostic: &Diagnostic| (diagnostic.id, diagnostic.span.source_text().unwrap_or_default());
    diagnostics.iter().map(place).collect()
}
