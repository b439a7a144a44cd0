use std::collections::{BTreeMap, BTreeSet};

use super::reserved_scope::is_reserved;
use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "unused-scope",
    category: LeastPrivilege,
    level: Warn,
    summary: "declared scope that opens no tool, resource or prompt",
    reason: "users are asked to consent to a scope that has no effect",
    section: "RFC 9700 §2.3",
    check: joint_table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    // Declarations of a spliced table belong to that table.
    if !table.declares_scopes {
        return;
    }
    let useful = useful(table);
    for scope in &table.scopes {
        let Some(place) = &scope.declared else { continue };
        if !useful.contains(scope.text.as_str()) {
            let message =
                format!("scope `{}` is declared, but opens nothing and implies no scope that does", scope.text);
            let help = if is_reserved(&scope.text) { "remove it" } else { "remove it, or require it on a tool" };
            reporter.report(message).at(place).about(&*scope.text).help(help);
        }
    }
}

/// Returns the scopes that open a tool, or imply one that does.
fn useful(table: &Table) -> BTreeSet<&str> {
    let mut implied_by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for scope in &table.scopes {
        for implied in &scope.implies {
            implied_by.entry(implied).or_default().push(&scope.text);
        }
    }
    let mut useful = BTreeSet::new();
    let mut open: Vec<&str> = table.required().map(|scope| scope.text.as_str()).chain(table.content_scopes()).collect();
    while let Some(scope) = open.pop() {
        if useful.insert(scope) {
            open.extend(implied_by.get(scope).into_iter().flatten());
        }
    }
    useful
}
