use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "lower-case-scope",
    category: Naming,
    level: Allow,
    summary: "scope with upper-case letters",
    reason: "scopes are compared case-sensitively, so a wrong letter case is easily missed",
    section: "RFC 6749 §3.3",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for scope in table.scopes.iter().filter(|scope| scope.text.bytes().any(|byte| byte.is_ascii_uppercase())) {
        let message = format!("scope `{}` contains upper-case letters", scope.text);
        let help = format!("write `{}`", scope.text.to_ascii_lowercase());
        reporter.report(message).at(&scope.place).about(&*scope.text).help(help);
    }
}
