//! `header-name`: reports an invalid header name for the sandbox.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "header-name",
    category: Category::Sandbox,
    level: Setting::Deny,
    reason: "a header that no request can carry chooses no sandbox",
    section: "RFC 9110 §5.1",
    docs: include_str!("../../../rules/header-name.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::HeaderName]),
};
