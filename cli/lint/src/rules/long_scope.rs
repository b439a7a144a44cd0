use crate::{
    lint_model::{Scope, Table},
    reporter::Reporter,
    rule::{OptionValue, Rule, RuleOption, rule},
};

/// Length of the prefix in messages, which is enough to find the scope.
const SHOWN: usize = 60;

pub(super) const RULE: Rule = rule! {
    id: "long-scope",
    category: Naming,
    level: Warn,
    summary: "scope that is too long",
    reason: "long scopes fill consent screens and request lines",
    options: &[RuleOption { name: "max_length", default: OptionValue::Int(80), docs: "maximum length of a scope" }],
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let max = reporter.int("max_length");
    let length = |scope: &Scope| table.scope_prefix.len() + scope.text.len();
    for scope in table.scopes.iter().filter(|scope| length(scope) > max) {
        let shown: String = table.scope_prefix.chars().chain(scope.text.chars()).take(SHOWN).collect();
        let message = format!("scope `{shown}..` has {} characters; the maximum is {max}", length(scope));
        reporter.report(message).at(&scope.place).about(&*scope.text).help("shorten it");
    }
}
