use crate::{
    fixes,
    lint_model::Document,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "unsorted-scopes",
    category: Document,
    level: Allow,
    summary: "advertised scopes that are not sorted",
    reason: "a sorted list is easier to search, and a change is a diff of one line",
    check: document(check),
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_>) {
    let scopes = &document.table.supported;
    let Some([first, second]) = scopes.windows(2).find(|pair| matches!(pair, [a, b] if a.value > b.value)) else {
        return;
    };
    let message = format!("`{}` is listed before `{}`", first.value, second.value);
    let fix = fixes::sorted(document, "/scopes_supported");
    reporter.report(message).at(&second.place).about("/scopes_supported").help("sort the scopes").fix(fix);
}
