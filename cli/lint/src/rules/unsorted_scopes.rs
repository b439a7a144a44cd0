use crate::{
    fixes,
    lint_model::ParsedDocument,
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

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let scopes = &document.table.supported;
    let unsorted = scopes.iter().zip(scopes.iter().skip(1)).find(|(a, b)| a.value > b.value);
    let Some((first, second)) = unsorted else { return };
    let message = format!("`{}` is listed before `{}`", first.value, second.value);
    let fix = fixes::sorted(document, "/scopes_supported");
    reporter.report(message).at(&second.place).about("/scopes_supported").help("sort the scopes").fix(fix);
}
