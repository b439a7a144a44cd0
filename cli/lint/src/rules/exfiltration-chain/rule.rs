//! `exfiltration-chain`: reports tools that read private data and tools that send, open to one caller without a policy.

use crate::{
    capabilities::{reads_private, sends},
    chains::chains,
    lint_model::Table,
    reporter::Reporter,
    rule::{Category, Check, EXPERIENCE, Rule, Setting},
};

pub(super) const RULE: Rule = Rule {
    id: "exfiltration-chain",
    category: Category::Policy,
    level: Setting::Warn,
    reason: "an agent that reads what tells it to send, reads and sends",
    section: EXPERIENCE,
    docs: include_str!("../../../rules/exfiltration-chain.md"),
    mirror: None,
    options: &[],
    check: Check::table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for chain in chains(table, reads_private, sends) {
        chain.report(reporter, "can send on what is read");
    }
}
