use std::borrow::Cow;

use crate::{
    lint_model::ParsedDocument,
    reporter::Reporter,
    rule::{OptionValue, Rule, RuleOption, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "undefined-member",
    category: Document,
    level: Allow,
    summary: "member that no standard defines",
    reason: "other clients ignore members that they do not know",
    section: "RFC 9728 §3.2",
    options: &[RuleOption {
        name: "known",
        default: OptionValue::Texts(Cow::Borrowed(&[])),
        docs: "names of custom members",
    }],
    check: document(check),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let allowed = reporter.texts("known");
    let members = document.draft.unknown_members().into_iter();
    let members = members.filter(|member| !allowed.contains(&member.pointer.rsplit('/').next().unwrap_or("")));
    let pointers: Vec<String> = members.map(|member| member.pointer).collect();
    for pointer in pointers {
        let message = format!("`{pointer}` is a member that no standard defines");
        let help = "remove it, or name it in the option `known`";
        reporter.report(message).at(&document.place(&pointer)).about(&*pointer).help(help);
    }
}
