use std::collections::BTreeSet;

use crate::{
    lint_model::{Document, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "missing-untagged-member",
    category: Document,
    level: Warn,
    reason: "readers that know no language tags see no name at all",
    section: "RFC 9728 §2.1",
    check: document(check),
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_>) {
    let mut told = BTreeSet::new();
    for name in document.draft.document.other.keys() {
        let Some((base, _)) = name.split_once('#') else { continue };
        if document.value(&below("", base)).is_none() && told.insert(base) {
            let at = below("", name);
            let message = format!("`{name}` stands alone: there is no `{base}` for those who read no languages");
            reporter
                .report(message)
                .at(&document.place(&at))
                .about(&*at)
                .help(format!("add `{base}` with what most people can read"));
        }
    }
}
