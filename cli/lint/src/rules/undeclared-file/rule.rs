//! `undeclared-file`: reports files with annotations that belong to no target.

use crate::rule::{Category, Check, EXPERIENCE, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "undeclared-file",
    category: Category::Drift,
    level: Setting::Warn,
    reason: "its tools are in no build, although they look as if they were",
    section: EXPERIENCE,
    docs: include_str!("../../../rules/undeclared-file.md"),
    mirror: None,
    options: &[],
    check: Check::notices(&["undeclared-file"]),
};
