//! `escalation-chain`: reports tools that read system configuration and tools that execute, open to one caller without
//! a policy.

use crate::{
    capabilities::{executes, reads_settings},
    chains::chains,
    lint_model::Table,
    reporter::Reporter,
    rule::{Category, Check, EXPERIENCE, Rule, Setting},
};

pub(super) const RULE: Rule = Rule {
    id: "escalation-chain",
    category: Category::Policy,
    level: Setting::Warn,
    reason: "an agent that reads how a system is set up knows which command gives it the rest",
    section: EXPERIENCE,
    docs: include_str!("../../../rules/escalation-chain.md"),
    mirror: None,
    options: &[],
    check: Check::table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for chain in chains(table, reads_settings, executes) {
        chain.report(reporter, "can act on what is read of the system");
    }
}
