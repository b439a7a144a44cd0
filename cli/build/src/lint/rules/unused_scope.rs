//! `unused-scope`: a declared scope does something.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Finding,
    lint::{
        rule::{Category, Check, Rule, Setting},
        view::{Package, Table},
    },
};

pub(super) const RULE: Rule = Rule {
    id: "unused-scope",
    category: Category::LeastPrivilege,
    level: Setting::Warn,
    reason: "people are asked to consent to a scope that opens nothing",
    section: "RFC 9700 §2.3",
    docs: DOCS,
    check: Check::Own(check),
};

const DOCS: &str = "# unused-scope

A scope under `[scopes]` is reported if no tool requires it, and if it implies, directly or through others, no scope that a
tool requires. Often the tool went away and the declaration stayed, or an annotation has a slip that `undeclared-scope`
reports too.
";

fn check(package: &Package<'_>, hits: &mut Vec<Finding>) {
    for table in &package.tables {
        let useful = useful(table);
        for scope in &table.scopes {
            let Some(place) = &scope.declared else { continue };
            // Declarations that come with a spliced table belong to that table.
            let own = table.config().is_some_and(|config| config.scopes.is_some());
            if own && !useful.contains(scope.text.as_str()) {
                let message =
                    format!("scope `{}` is declared, but opens no tool and implies no scope that does", scope.text);
                let help = "remove it, or require it on a tool";
                hits.push(Finding::warning(RULE.id, message).help(help).at(place.clone()).about(&*scope.text));
            }
        }
    }
}

/// The scopes that open something, or imply one that does.
fn useful<'a>(table: &'a Table<'_>) -> BTreeSet<&'a str> {
    let mut implied_by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for scope in &table.scopes {
        for implied in &scope.implies {
            implied_by.entry(implied).or_default().push(&scope.text);
        }
    }
    let mut useful = BTreeSet::new();
    let mut open: Vec<&str> = table.required().map(|scope| scope.text.as_str()).collect();
    while let Some(scope) = open.pop() {
        if useful.insert(scope) {
            open.extend(implied_by.get(scope).into_iter().flatten());
        }
    }
    useful
}
