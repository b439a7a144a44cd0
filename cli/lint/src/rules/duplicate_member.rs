use crate::{
    fixes,
    lint_model::Document,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "duplicate-member",
    category: Document,
    level: Deny,
    reason: "readers disagree about which of two counts, so two readers of one document trust different things",
    section: "RFC 8259 §4",
    check: document(check),
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_>) {
    for twice in &document.draft.duplicates {
        let name = twice.spot.name.clone().unwrap_or_default();
        let message = format!("the member `{}` stands here a second time", twice.name.escape_debug());
        let help = if twice.same { "remove it" } else { "keep the one that is true" };
        let fix = fixes::of_duplicate(document, twice);
        reporter.report(message).at(&document.place_of(&name)).about(&*twice.name).help(help).fix(fix);
    }
}
