use std::collections::{BTreeMap, BTreeSet};

use super::reserved_scope::is_reserved;
use crate::{
    lint_model::{InputKind, Table},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "advertised-unused-scope",
    category: LeastPrivilege,
    level: Warn,
    summary: "scope in `scopes_supported` that no tool requires",
    reason: "clients request every advertised scope, so users consent to a scope that opens nothing",
    section: "MCP 2026-07-28, Authorization, Scope Selection Strategy",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    // In source, `unused-scope` reports the declaration. A document without requirements does not say what scopes open.
    let states_requirements = table.required().next().is_some() || table.content_scopes().next().is_some();
    if table.input == InputKind::Source || !states_requirements {
        return;
    }
    let useful = useful(table);
    for scope in table.supported.iter().filter(|scope| !useful.contains(scope.value.as_str())) {
        let message =
            format!("scope `{}` is advertised, but no tool requires it or a scope that it implies", scope.value);
        let help = if is_reserved(&scope.value) {
            "remove it from `scopes_supported`"
        } else {
            "remove it from `scopes_supported`, or require it on a tool"
        };
        reporter.report(message).at(&scope.place).about(&*scope.value).help(help);
    }
}

/// Returns the scopes that tools require or list as prerequisites, and the scopes that imply them.
fn useful(table: &Table) -> BTreeSet<&str> {
    let mut implied_by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for scope in &table.scopes {
        for implied in &scope.implies {
            implied_by.entry(implied).or_default().push(&scope.text);
        }
    }
    let before = table.tools.iter().flat_map(|listed| &listed.tool.prerequisites).map(|scope| scope.value.as_str());
    let mut open: Vec<&str> =
        table.required().map(|scope| scope.text.as_str()).chain(table.content_scopes()).chain(before).collect();
    let mut useful = BTreeSet::new();
    while let Some(scope) = open.pop() {
        if useful.insert(scope) {
            open.extend(implied_by.get(scope).into_iter().flatten());
        }
    }
    useful
}
