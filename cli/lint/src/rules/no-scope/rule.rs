//! `no-scope`: reports empty lists of scopes.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "no-scope",
    category: Category::Document,
    level: Setting::Deny,
    reason: "an alternative without scopes is one that everybody holds",
    section: "experience",
    docs: include_str!("../../../rules/no-scope.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::NoScope]),
};
