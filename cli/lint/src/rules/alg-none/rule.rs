//! `alg-none`: reports the signing algorithm `none`.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "alg-none",
    category: Category::Document,
    level: Setting::Deny,
    reason: "`none` signs nothing, so anyone can forge what it signs",
    section: "RFC 9728 §2",
    docs: include_str!("../../../rules/alg-none.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::AlgNone]),
};
