//! `renamed-export`: reports annotations that are re-exported under another name.

use crate::rule::{Category, Check, EXPERIENCE, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "renamed-export",
    category: Category::Drift,
    level: Setting::Warn,
    reason: "modules that use the new name have annotations that a scan takes for those of somebody else",
    section: EXPERIENCE,
    docs: include_str!("../../../rules/renamed-export.md"),
    mirror: None,
    options: &[],
    check: Check::notices(&["renamed-export"]),
};
