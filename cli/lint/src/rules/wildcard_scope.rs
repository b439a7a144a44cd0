use crate::{
    lint_model::{InputKind, Table},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "wildcard-scope",
    category: LeastPrivilege,
    level: Warn,
    summary: "scope that looks like a pattern",
    reason: "scopes are compared literally: `files:*` opens only what requires `files:*`",
    section: "RFC 6749 §3.3",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for scope in &table.scopes {
        if scope.bare.split([':', '.', '/']).any(|part| part == "*" || part == "**") {
            let message = format!("scope `{}` looks like a wildcard, but scopes are compared literally", scope.text);
            let help = match table.input {
                InputKind::Source => {
                    "use a scope without wildcards that implies the others: `implies = [\"..\"]` under `[scopes]`"
                }
                InputKind::Document => {
                    "use a scope without wildcards that implies the others, as `scope_hierarchy` states"
                }
            };
            reporter.report(message).at(&scope.place).about(&*scope.text).help(help);
        }
    }
}
