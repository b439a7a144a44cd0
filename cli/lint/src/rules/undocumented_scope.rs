use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "undocumented-scope",
    category: Naming,
    level: Warn,
    reason: "whoever grants a scope has its description to go by, on the consent screen and on the page of tools",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    // Declarations of a spliced table belong to that table.
    if !table.declares_scopes {
        return;
    }
    for scope in &table.scopes {
        let Some(place) = &scope.declared else { continue };
        if scope.description.trim().is_empty() {
            let message = format!("scope `{}` does not say what it is for", scope.text);
            reporter
                .report(message)
                .at(place)
                .about(&*scope.text)
                .help("add `description = \"..\"` to its entry under `[scopes]`");
        }
    }
}
