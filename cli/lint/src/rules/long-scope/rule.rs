//! `long-scope`: reports over-long scopes.

use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Category, Check, Choice, EXPERIENCE, Rule, RuleOption, Setting},
};

/// Length of the prefix in messages, which is enough to find the scope.
const SHOWN: usize = 60;

pub(super) const RULE: Rule = Rule {
    id: "long-scope",
    category: Category::Naming,
    level: Setting::Warn,
    reason: "long scopes fill consent screens and request lines",
    section: EXPERIENCE,
    docs: include_str!("../../../rules/long-scope.md"),
    mirror: None,
    options: &[RuleOption { name: "max_length", default: Choice::Int(80), docs: "how long a scope may be" }],
    check: Check::table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let max = reporter.int("max_length");
    for scope in table.scopes.iter().filter(|scope| scope.text.len() > max) {
        let shown: String = scope.text.chars().take(SHOWN).collect();
        let message = format!("scope `{shown}..` has {} characters, more than {max}", scope.text.len());
        reporter.report(&scope.place, &*scope.text, message, "give it a shorter name");
    }
}
