use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "default-scope",
    category: LeastPrivilege,
    level: Warn,
    summary: "`.default`, which requests every permission of an application",
    reason: "the scope of a token never contains `.default`, so it opens no tool and asks for everything at once",
    section: "MCP 2026-07-28, Security Best Practices, Scope Minimization",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for scope in &table.scopes {
        let text = scope.text.as_str();
        if text == ".default" || text.ends_with("/.default") {
            let message = format!("scope `{text}` requests every permission that the application has");
            let help = "name the scopes that tools require, such as `api://<application>/Files.Read`";
            reporter.report(message).at(&scope.place).about(text).help(help);
        }
    }
}
