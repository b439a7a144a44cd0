use std::collections::BTreeMap;

use mcp_scopes_prm::json::Json;

use crate::{
    fixes,
    lint_model::{ParsedDocument, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "duplicate-element",
    category: Document,
    level: Warn,
    summary: "repeated element of a list",
    reason: "one of the two is a mistake, or is forgotten when the other one changes",
    check: document(check),
};

/// The lists whose elements are independent of each other.
const LISTS: [&str; 6] = [
    "authorization_servers",
    "scopes_supported",
    "bearer_methods_supported",
    "resource_signing_alg_values_supported",
    "authorization_details_types_supported",
    "dpop_signing_alg_values_supported",
];

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    for name in LISTS {
        check_lists(document, &below("", name), reporter);
    }
    check_lists(document, "/mcp_extensions", reporter);
}

fn check_lists(document: &ParsedDocument<'_>, pointer: &str, reporter: &mut Reporter<'_>) {
    let mut open: Vec<(String, &Json)> =
        document.value(pointer).map(|json| (pointer.to_owned(), json)).into_iter().collect();
    let inner = |json: &Json| matches!(json, Json::Object(_) | Json::Array(_));
    while let Some((pointer, json)) = open.pop() {
        match json {
            Json::Object(members) => {
                let members = members.iter().rev().filter(|(_, json)| inner(json));
                open.extend(members.map(|(name, json)| (below(&pointer, name), json)));
            }
            Json::Array(items) => {
                elements(document, &pointer, items, reporter);
                let items = items.iter().enumerate().rev().filter(|(_, json)| inner(json));
                open.extend(items.map(|(number, json)| (below(&pointer, &number.to_string()), json)));
            }
            _ => {}
        }
    }
}

fn elements(document: &ParsedDocument<'_>, pointer: &str, items: &[Json], reporter: &mut Reporter<'_>) {
    if items.len() < 2 {
        return;
    }
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let issuers = pointer.ends_with("/authorization_servers");
    for (number, text) in items.iter().enumerate().filter_map(|(number, item)| Some((number, item.as_str()?))) {
        // Two issuers that differ only in a trailing slash are one server, and one of them is wrong (RFC 8414 §3.3).
        let key = if issuers { text.trim_end_matches('/') } else { text };
        let at = || below(pointer, &number.to_string());
        match seen.get(key) {
            Some(first) if *first == text => {
                let message = format!("`{}` is already in this list", text.escape_debug());
                let at = at();
                let fix = fixes::of_element(document, &at);
                reporter.report(message).at(&document.place(&at)).about(&*at).help("remove it").fix(fix);
            }
            Some(first) => {
                let (at, text, first) = (at(), text.escape_debug(), first.escape_debug());
                let message = format!("`{text}` and `{first}` differ only in a trailing slash");
                reporter
                    .report(message)
                    .at(&document.place(&at))
                    .about(&*at)
                    .help("keep the `issuer` of the authorization server's metadata");
            }
            None => {
                seen.insert(key, text);
            }
        }
    }
}
