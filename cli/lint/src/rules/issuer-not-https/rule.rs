//! `issuer-not-https`: reports issuers that are not https URLs.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "issuer-not-https",
    category: Category::Document,
    level: Setting::Deny,
    reason: "an issuer that is no https URL cannot be looked up, or by anyone on the way",
    section: "RFC 8414 §2",
    docs: include_str!("../../../rules/issuer-not-https.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::IssuerNotHttps]),
};
