//! `signed-metadata`: reports `signed_metadata` that is not a signed JWT.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "signed-metadata",
    category: Category::Document,
    level: Setting::Deny,
    reason: "a signature that nobody can check protects nothing, and looks as if it did",
    section: "RFC 9728 §2.2",
    docs: include_str!("../../../rules/signed-metadata.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::SignedMetadata]),
};
