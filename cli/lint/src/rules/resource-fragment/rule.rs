//! `resource-fragment`: reports a resource identifier with a fragment.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "resource-fragment",
    category: Category::Document,
    level: Setting::Deny,
    reason: "a fragment is never sent, so no client can ask for such a resource",
    section: "RFC 9728 §1.2",
    docs: include_str!("../../../rules/resource-fragment.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::ResourceFragment]),
};
