//! `issuer-query-or-fragment`: reports issuers with a query or a fragment.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "issuer-query-or-fragment",
    category: Category::Document,
    level: Setting::Deny,
    reason: "clients build the address of the issuer's metadata from it, where a query has no place",
    section: "RFC 8414 §2",
    docs: include_str!("../../../rules/issuer-query-or-fragment.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::IssuerQueryOrFragment]),
};
