//! `stale-baseline-entry`: reports baseline entries without a finding.

use crate::rule::{Category, Check, EXPERIENCE, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "stale-baseline-entry",
    category: Category::Drift,
    level: Setting::Warn,
    reason: "an entry that belongs to nothing would hide the same mistake when it comes back",
    section: EXPERIENCE,
    docs: include_str!("../../../rules/stale-baseline-entry.md"),
    mirror: None,
    options: &[],
    check: Check::ENGINE,
};
