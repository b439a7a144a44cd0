//! `missing-authorization-server`: reports MCP documents without an authorization server.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "missing-authorization-server",
    category: Category::Document,
    level: Setting::Deny,
    reason: "an MCP client that finds no authorization server cannot get a token",
    section: "MCP 2026-07-28, Authorization",
    docs: include_str!("../../../rules/missing-authorization-server.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::MissingAuthorizationServer]),
};
