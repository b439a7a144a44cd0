//! `nested-signed-metadata`: reports signed metadata that contains signed metadata.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "nested-signed-metadata",
    category: Category::Document,
    level: Setting::Warn,
    reason: "readers are recommended to refuse a document whose signed part claims to be signed again",
    section: "RFC 9728 §2.2",
    docs: include_str!("../../../rules/nested-signed-metadata.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::NestedSignedMetadata]),
};
