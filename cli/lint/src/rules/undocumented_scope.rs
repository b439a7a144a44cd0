use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "undocumented-scope",
    category: Naming,
    level: Warn,
    summary: "declared scope without a description",
    reason: "users decide by the description whether to grant the scope",
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
            let message = format!("scope `{}` has no description", scope.text);
            reporter
                .report(message)
                .at(place)
                .about(&*scope.text)
                .help("add `description = \"..\"` to its entry under `[scopes]`");
        }
    }
}
