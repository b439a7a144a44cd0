//! `annotation-in-macro`: reports annotations inside of macros.

use crate::rule::{Category, Check, EXPERIENCE, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "annotation-in-macro",
    category: Category::Drift,
    level: Setting::Warn,
    reason: "the compiler knows the tool, and the lint, the export and the page of tools do not",
    section: EXPERIENCE,
    docs: include_str!("../../../rules/annotation-in-macro.md"),
    mirror: None,
    options: &[],
    check: Check::notices(&["annotation-in-macro"]),
};
