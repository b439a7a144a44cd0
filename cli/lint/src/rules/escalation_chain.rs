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
    summary: "tools that read system configuration and tools that execute, open to one caller without a policy",
    reason: "an agent can use what it reads about the system to run the commands that give it more access",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for chain in chains(table, reads_settings, executes) {
        chain.report(reporter, "can use system configuration that is read");
    }
}
