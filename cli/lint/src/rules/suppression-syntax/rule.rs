//! `suppression-syntax`: reports suppression comments that are malformed or have no reason.

use crate::rule::{Category, Check, EXPERIENCE, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "suppression-syntax",
    category: Category::Drift,
    level: Setting::Deny,
    reason: "an exception without a reason cannot be judged by whoever reads it next",
    section: EXPERIENCE,
    docs: include_str!("../../../rules/suppression-syntax.md"),
    mirror: None,
    options: &[],
    check: Check::ENGINE,
};
