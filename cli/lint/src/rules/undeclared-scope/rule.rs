//! `undeclared-scope`: reports scopes that are not declared in `[scopes]`, if that section exists.

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "undeclared-scope",
    category: Category::LeastPrivilege,
    level: Setting::Deny,
    reason: "a misspelt scope opens a tool to nobody, or to whoever is granted the slip",
    section: "MCP 2026-07-28, Authorization",
    docs: include_str!("../../../rules/undeclared-scope.md"),
    mirror: None,
    options: &[],
    check: Check::diagnostics(&["undeclared-scope"]),
};
