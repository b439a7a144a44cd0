//! `missing-resource`: reports documents without a resource.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "missing-resource",
    category: Category::Document,
    level: Setting::Deny,
    reason: "a document that names no resource belongs to none, and clients must not use it",
    section: "RFC 9728 §2",
    docs: include_str!("../../../rules/missing-resource.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::MissingResource]),
};
