use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "wildcard-scope",
    category: LeastPrivilege,
    level: Warn,
    reason: "scopes are compared whole: `files:*` opens what requires `files:*`, and nothing else",
    section: "RFC 6749 §3.3",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for scope in &table.scopes {
        if scope.bare.split([':', '.', '/']).any(|part| part == "*" || part == "**") {
            let message = format!("scope `{}` looks like a wildcard, but scopes are compared whole", scope.text);
            let help = "give it a name of its own and let it imply the others: `implies = [\"..\"]` under `[scopes]`";
            reporter.report(message).at(&scope.place).about(&*scope.text).help(help);
        }
    }
}
