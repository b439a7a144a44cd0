use std::collections::BTreeSet;

use crate::{
    lint_model::{ParsedDocument, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "missing-untagged-member",
    category: Document,
    level: Warn,
    summary: "member that exists only with a language tag",
    reason: "clients that ignore language tags find no value",
    section: "RFC 9728 §2.1",
    check: document(check),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let mut seen = BTreeSet::new();
    for name in document.draft.document.other.keys() {
        let Some((base, _)) = name.split_once('#') else { continue };
        if document.value(&below("", base)).is_none() && seen.insert(base) {
            let at = below("", name);
            let message = format!("`{name}` has no counterpart `{base}` without a language tag");
            reporter
                .report(message)
                .at(&document.place(&at))
                .about(&*at)
                .help(format!("add `{base}` for clients that ignore language tags"));
        }
    }
}
