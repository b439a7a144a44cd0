//! `module-file`: reports modules without a file.

use crate::rule::{Category, Check, EXPERIENCE, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "module-file",
    category: Category::Drift,
    level: Setting::Warn,
    reason: "what stands in a module that cannot be read is missing from what is checked",
    section: EXPERIENCE,
    docs: include_str!("../../../rules/module-file.md"),
    mirror: None,
    options: &[],
    check: Check::notices(&["module-file"]),
};
