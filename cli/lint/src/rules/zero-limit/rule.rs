//! `zero-limit`: reports limits of zero.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "zero-limit",
    category: Category::Policy,
    level: Setting::Deny,
    reason: "a limit of zero limits everything for one reader and nothing for another",
    section: "experience",
    docs: include_str!("../../../rules/zero-limit.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::ZeroLimit]),
};
