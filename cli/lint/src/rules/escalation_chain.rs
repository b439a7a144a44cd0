use crate::{
    capabilities::{executes, reads_settings},
    chains::chains,
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "escalation-chain",
    category: Policy,
    level: Warn,
    reason: "an agent that reads how a system is set up knows which command gives it the rest",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for chain in chains(table, reads_settings, executes) {
        chain.report(reporter, "can act on what is read of the system");
    }
}
