//! `contradiction`: reports contradictory facts about one tool.

use mcp_scopes_prm::ViolationKind;

use crate::rule::{Category, Check, Rule, Setting};

pub(super) const RULE: Rule = Rule {
    id: "contradiction",
    category: Category::Document,
    level: Setting::Deny,
    reason: "of two statements that exclude each other a client believes the one that suits it",
    section: "experience",
    docs: include_str!("../../../rules/contradiction.md"),
    mirror: None,
    options: &[],
    check: Check::violations(&[ViolationKind::Contradiction]),
};
