//! `wildcard-scope`: reports scopes that look like patterns.

use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Category, Check, Rule, Setting},
};

pub(super) const RULE: Rule = Rule {
    id: "wildcard-scope",
    category: Category::LeastPrivilege,
    level: Setting::Warn,
    reason: "scopes are compared whole: `files:*` opens what requires `files:*`, and nothing else",
    section: "RFC 6749 §3.3",
    docs: include_str!("../../../rules/wildcard-scope.md"),
    mirror: None,
    options: &[],
    check: Check::table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for scope in &table.scopes {
        if scope.bare.split([':', '.', '/']).any(|part| part == "*" || part == "**") {
            let message = format!("scope `{}` looks like a wildcard, but scopes are compared whole", scope.text);
            let help = "give it a name of its own and let it imply the others: `implies = [\"..\"]` under `[scopes]`";
            reporter.report(&scope.place, &*scope.text, message, help);
        }
    }
}
