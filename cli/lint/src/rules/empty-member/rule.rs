//! `empty-member`: reports members without elements.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "empty-member",
    category: Category::Document,
    level: Setting::Deny,
    reason: "an empty array has to be left out, and readers that see one guess what it means",
    section: "RFC 9728 §3.2",
    docs: include_str!("../../../rules/empty-member.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::EmptyMember]),
};
