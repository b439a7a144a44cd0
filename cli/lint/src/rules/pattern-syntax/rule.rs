//! `pattern-syntax`: reports malformed patterns of policies.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "pattern-syntax",
    category: Category::Policy,
    level: Setting::Deny,
    reason: "a pattern that cannot be read blocks nothing",
    section: "experience",
    docs: include_str!("../../../rules/pattern-syntax.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::PatternSyntax]),
};
