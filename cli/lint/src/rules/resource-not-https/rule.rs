//! `resource-not-https`: reports a resource identifier that is not an https URL.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "resource-not-https",
    category: Category::Document,
    level: Setting::Deny,
    reason: "what is fetched without TLS can be replaced on the way, issuers included",
    section: "RFC 9728 §1.2",
    docs: include_str!("../../../rules/resource-not-https.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::ResourceNotHttps]),
};
