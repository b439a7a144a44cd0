use crate::{
    fixes,
    lint_model::ParsedDocument,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "duplicate-member",
    category: Document,
    level: Deny,
    summary: "repeated member of an object",
    reason: "parsers disagree about which of the two values counts",
    section: "RFC 8259 §4",
    check: document(check),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    for twice in &document.draft.duplicates {
        let name = twice.spot.name.clone().unwrap_or_default();
        let message = format!("duplicate member `{}`", twice.name.escape_debug());
        let help = if twice.same { "remove it" } else { "keep the correct one" };
        let fix = fixes::of_duplicate(document, twice);
        reporter.report(message).at(&document.place_of(&name)).about(&*twice.name).help(help).fix(fix);
    }
}
