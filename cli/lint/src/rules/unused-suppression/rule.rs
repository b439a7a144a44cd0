//! `unused-suppression`: reports suppression comments that suppress nothing.

use crate::rule::{Category, Check, EXPERIENCE, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "unused-suppression",
    category: Category::Drift,
    level: Setting::Warn,
    reason: "an exception that outlives its reason hides the next mistake of its kind",
    section: EXPERIENCE,
    docs: include_str!("../../../rules/unused-suppression.md"),
    mirror: None,
    options: &[],
    check: Check::ENGINE,
};
