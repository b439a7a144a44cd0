use std::collections::BTreeSet;

use mcp_scopes_model::scope::scope_token;
use mcp_scopes_scan::source::{Place, Placed};

use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "scope-list",
    category: Naming,
    level: Warn,
    summary: "scope that holds a list of scopes",
    reason: "clients request the whole text as one scope, which no token has",
    section: "RFC 6749 §3.3",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let stated = table.supported.iter().map(|Placed { value, place }| (value.as_str(), place));
    let named = table.scopes.iter().map(|scope| (scope.text.as_str(), &scope.place));
    let mut seen: BTreeSet<(&str, &Place)> = BTreeSet::new();
    for (text, place) in stated.chain(named) {
        let parts: Vec<&str> =
            text.split(|mark: char| mark == ',' || mark.is_whitespace()).filter(|part| !part.is_empty()).collect();
        // `scope-syntax` reports texts that hold something else.
        let are_scopes = parts.len() > 1 && parts.iter().all(|part| scope_token(part).is_ok());
        if !are_scopes || !seen.insert((text, place)) {
            continue;
        }
        let list: Vec<String> = parts.iter().map(|part| format!("\"{part}\"")).collect();
        let message = format!("scope `{text}` holds {} scopes", parts.len());
        let help = format!("write one element for each: `{}`", list.join(", "));
        reporter.report(message).at(place).about(text).help(help);
    }
}
