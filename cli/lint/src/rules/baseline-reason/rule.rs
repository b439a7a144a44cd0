//! `baseline-reason`: reports baseline entries without a reason.

use crate::rule::{Category, Check, EXPERIENCE, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "baseline-reason",
    category: Category::Drift,
    level: Setting::Deny,
    reason: "an exception without a reason cannot be judged by whoever reads it next",
    section: EXPERIENCE,
    docs: include_str!("../../../rules/baseline-reason.md"),
    mirror: None,
    options: &[],
    check: Check::ENGINE,
};
