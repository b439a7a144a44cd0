//! `scope-syntax`: reports scopes that are not valid scope-tokens.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "scope-syntax",
    category: Category::Naming,
    level: Setting::Deny,
    reason: "a scope that is no scope-token cannot stand in a token, a challenge or a consent request",
    section: "RFC 6749 §3.3",
    docs: include_str!("../../../rules/scope-syntax.md"),
    mirror: None,
    options: &[],
    check: Check::diagnostics(&["bad-scope"]).and(Check::violations(&[ViolationKind::ScopeSyntax])),
};
