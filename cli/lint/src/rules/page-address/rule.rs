//! `page-address`: reports page addresses that are not URLs.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "page-address",
    category: Category::Document,
    level: Setting::Deny,
    reason: "people follow these addresses, and what is no URL leads nowhere",
    section: "RFC 9728 §2",
    docs: include_str!("../../../rules/page-address.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::PageAddress]),
};
