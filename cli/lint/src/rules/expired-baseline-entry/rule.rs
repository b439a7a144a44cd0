//! `expired-baseline-entry`: reports expired baseline entries.

use crate::rule::{Category, Check, EXPERIENCE, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "expired-baseline-entry",
    category: Category::Drift,
    level: Setting::Deny,
    reason: "a finding that may stay for a while stays for ever if nobody asks again",
    section: EXPERIENCE,
    docs: include_str!("../../../rules/expired-baseline-entry.md"),
    mirror: None,
    options: &[],
    check: Check::ENGINE,
};
