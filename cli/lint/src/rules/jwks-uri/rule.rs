//! `jwks-uri`: reports a key address that is not an https URL.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "jwks-uri",
    category: Category::Document,
    level: Setting::Deny,
    reason: "keys that are fetched without TLS can be replaced by anyone on the way",
    section: "RFC 9728 §2",
    docs: include_str!("../../../rules/jwks-uri.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::JwksUri]),
};
