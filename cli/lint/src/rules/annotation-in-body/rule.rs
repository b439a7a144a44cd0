//! `annotation-in-body`: reports annotations inside of bodies.

use crate::rule::{Category, Check, EXPERIENCE, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "annotation-in-body",
    category: Category::Drift,
    level: Setting::Warn,
    reason: "what is declared inside of a body no table can list",
    section: EXPERIENCE,
    docs: include_str!("../../../rules/annotation-in-body.md"),
    mirror: None,
    options: &[],
    check: Check::notices(&["annotation-in-body"]),
};
