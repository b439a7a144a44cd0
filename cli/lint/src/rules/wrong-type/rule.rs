//! `wrong-type`: reports members of the wrong type.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "wrong-type",
    category: Category::Document,
    level: Setting::Deny,
    reason: "a member of another type is dropped by some readers, and others refuse the document",
    section: "RFC 9728 §2",
    docs: include_str!("../../../rules/wrong-type.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::WrongType, ViolationKind::UnknownValue]),
};
