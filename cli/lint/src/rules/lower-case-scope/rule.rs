//! `lower-case-scope`: reports scopes with upper-case letters, if this is turned on.

use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Category, Check, Rule, Setting},
};

pub(super) const RULE: Rule = Rule {
    id: "lower-case-scope",
    category: Category::Naming,
    level: Setting::Allow,
    reason: "scopes are compared with their case, which people do not remember",
    section: "RFC 6749 §3.3",
    docs: include_str!("../../../rules/lower-case-scope.md"),
    mirror: None,
    options: &[],
    check: Check::table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for scope in table.scopes.iter().filter(|scope| scope.text.bytes().any(|byte| byte.is_ascii_uppercase())) {
        let message = format!("scope `{}` holds upper case", scope.text);
        let help = format!("write `{}`", scope.text.to_ascii_lowercase());
        reporter.report(&scope.place, &*scope.text, message, help);
    }
}
