//! `duplicate-member`: reports repeated members.

use crate::{
    fixes,
    lint_model::Document,
    reporter::Reporter,
    rule::{Category, Check, Rule, Setting},
};

pub(super) const RULE: Rule = Rule {
    id: "duplicate-member",
    category: Category::Document,
    level: Setting::Deny,
    reason: "readers disagree about which of two counts, so two readers of one document trust different things",
    section: "RFC 8259 §4",
    docs: include_str!("../../../rules/duplicate-member.md"),
    mirror: None,
    options: &[],
    check: Check::document(check),
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_>) {
    for twice in &document.draft.duplicates {
        let name = twice.spot.name.clone().unwrap_or_default();
        let message = format!("the member `{}` stands here a second time", twice.name.escape_debug());
        let help = if twice.same { "remove it" } else { "keep the one that is true" };
        reporter.report(&document.place_of(&name), &*twice.name, message, help).fix =
            fixes::of_duplicate(document, twice);
    }
}
