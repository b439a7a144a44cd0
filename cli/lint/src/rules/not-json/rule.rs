//! `not-json`: reports documents that are not JSON.

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "not-json",
    category: Category::Document,
    level: Setting::Deny,
    reason: "what is not JSON is read by nobody",
    section: "RFC 9728 §3.2",
    docs: include_str!("../../../rules/not-json.md"),
    mirror: None,
    options: &[],
    check: Check::ENGINE,
};
