//! Accepted tables, and how they are parsed.

use super::read;
use crate::ir::{EntryDecl, EntryKind, TableDecl};

fn table(text: &str) -> TableDecl {
    let (table, errors) = read(text.parse().unwrap());
    assert!(errors.is_empty(), "{text}: {errors:#?}");
    table.unwrap()
}

fn shown(entry: &EntryDecl) -> String {
    let squeezed = |tokens: &proc_macro2::TokenStream| tokens.to_string().replace(' ', "");
    let kind = match &entry.kind {
        EntryKind::Tool { prefix, ident } => format!("tool {} {ident}", squeezed(prefix)),
        EntryKind::Group { path, group: None } => format!("group {}", squeezed(path)),
        EntryKind::Group { path, group: Some(group) } => format!("group {} named {group}", squeezed(path)),
        EntryKind::Table { path } => format!("table {}", squeezed(path)),
        EntryKind::Dynamic(facts) => format!("dynamic {}", facts.name.value),
    };
    let cfgs: Vec<String> = entry.cfgs.iter().map(ToString::to_string).collect();
    format!("{kind} [{}]{}", entry.segments.join(" "), cfgs.join(","))
}

#[test]
fn reads_a_full_table() {
    let table = table(
        "crate = ::renamed; /// Everything.\n #[cfg(unix)] pub(crate) static TOOLS = [list] with \"../mcp-scopes.toml\";",
    );
    assert_eq!(table.krate.unwrap().to_string(), ":: renamed");
    assert!(table.attributes.to_string().contains("Everything"));
    assert_eq!(table.visibility.to_string(), "pub (crate)");
    assert_eq!((table.ident.to_string().as_str(), table.entries.len()), ("TOOLS", 1));
    assert_eq!(table.config.unwrap().value, "../mcp-scopes.toml");
    assert_eq!(table.cfgs[0].to_string(), "unix");
}

#[test]
fn reads_a_minimal_table() {
    let table = table("static T = [];");
    assert!(table.entries.is_empty() && table.config.is_none() && table.krate.is_none() && table.cfgs.is_empty());
    assert!(table.attributes.is_empty() && table.visibility.is_empty());
}

#[test]
fn parses_every_form_of_an_entry() {
    for (text, expected) in [
        ("list_files", "tool  list_files [list_files]"),
        ("crate::a::r#type", "tool crate::a:: r#type [crate a type]"),
        ("::other::list", "tool ::other:: list [other list]"),
        ("Server::read", "tool Server:: read [Server read]"),
        ("Server::<u8, u16>::read", "tool Server::<u8,u16>:: read [Server read]"),
        ("<a::Server<u8>>::read", "tool <a::Server<u8>>:: read [a Server read]"),
        ("dynamic", "tool  dynamic [dynamic]"),
        ("dynamic::list", "tool dynamic:: list [dynamic list]"),
        ("dynamic \"run_query\" (risk = \"low\")", "dynamic run_query []"),
        ("shell::*", "group shell [shell]"),
        ("self::a::shell::*", "group self::a::shell [self a shell]"),
        ("::other::shell::*", "group ::other::shell [other shell]"),
        ("Server::*", "group Server [Server]"),
        ("a::Server::<u8>::*", "group a::Server::<u8> [a Server]"),
        ("<Server<u8>>::*", "group <Server<u8>> [Server]"),
        ("Server::admin::*", "group Server named admin [Server admin]"),
        ("a::Server::<u8>::admin::*", "group a::Server::<u8> named admin [a Server admin]"),
        ("<Server<u8>>::admin::*", "group <Server<u8>> named admin [Server admin]"),
        ("<[u8]>::admin::*", "group <[u8]> named admin [admin]"),
        ("..TOOLS", "table TOOLS [TOOLS]"),
        ("..::other::shell::TOOLS", "table ::other::shell::TOOLS [other shell TOOLS]"),
        ("#[cfg(unix)] #[cfg(feature = \"x\")] a::b", "tool a:: b [a b]unix,feature = \"x\""),
        ("#[cfg_attr(a, cfg(b))] c", "tool  c [c]any (not (a) , b)"),
    ] {
        let table = table(&format!("static T = [{text}, last,];"));
        assert_eq!(shown(&table.entries[0]), expected, "{text}");
        assert_eq!(table.entries.len(), 2, "{text}");
    }
}

#[test]
fn starts_entry_spans_at_the_path() {
    let table = table("static T = [#[cfg(unix)] a::b, ..c::T];");
    let spans: Vec<_> = table.entries.iter().map(|entry| entry.span.source_text().unwrap()).collect();
    assert_eq!(spans, ["a", "."]);
}

#[test]
fn keeps_readable_parts_after_errors() {
    for (text, entries) in [("static T = [a, 1, b];", 2), ("static T = [a]", 1), ("static T = [a] with 1;", 1)] {
        let (table, errors) = read(text.parse().unwrap());
        assert_eq!((table.unwrap().entries.len(), errors.len()), (entries, 1), "{text}");
    }
    assert!(read("const T = [a];".parse().unwrap()).0.is_none());
}

/// The errors of all entries come together.
#[test]
fn continues_after_a_missing_comma() {
    let text = "static T = [dynamic \"a\" (risk = \"low\") dynamic \"b\" (risk = \"low\"), list_files::<u8>];";
    let (_, errors) = read(text.parse().unwrap());
    let messages: Vec<String> = errors.iter().map(|error| error.message.clone()).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert_eq!(messages[0], "unexpected token after the facts; a comma may be missing");
}

#[test]
fn rejects_arguments_of_a_mode_of_the_sandbox() {
    for mode in ["allow(anything)", "deny()"] {
        let text = format!("static T = [dynamic \"a\" (risk = \"low\", sandbox = {mode})];");
        assert_eq!(read(text.parse().unwrap()).1.len(), 1, "{mode}");
    }
}
