//! `unsorted-scopes`: reports advertised scopes out of order, if this is turned on.

use crate::{
    fixes,
    lint_model::Document,
    reporter::Reporter,
    rule::{Category, Check, EXPERIENCE, Rule, Setting},
};

pub(super) const RULE: Rule = Rule {
    id: "unsorted-scopes",
    category: Category::Document,
    level: Setting::Allow,
    reason: "in a sorted list people find a scope, and a change shows as one line",
    section: EXPERIENCE,
    docs: include_str!("../../../rules/unsorted-scopes.md"),
    mirror: None,
    options: &[],
    check: Check::document(check),
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_>) {
    let scopes = &document.table.supported;
    let Some(pair) = scopes.array_windows().find(|[a, b]| a.value > b.value) else { return };
    let [first, second] = pair;
    let message = format!("`{}` stands in front of `{}`", first.value, second.value);
    let fix = fixes::sorted(document, "/scopes_supported");
    reporter.report(&second.place, "/scopes_supported", message, "sort the scopes by their bytes").fix = fix;
}
