//! `resource-mismatch`: reports a document for another resource than the requested one.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "resource-mismatch",
    category: Category::Document,
    level: Setting::Deny,
    reason: "a document that names another resource lets one server speak for another",
    section: "RFC 9728 §3.3",
    docs: include_str!("../../../rules/resource-mismatch.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::ResourceMismatch]),
};
