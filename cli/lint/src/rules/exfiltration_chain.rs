use crate::{
    capabilities::{reads_private, sends},
    chains::chains,
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "exfiltration-chain",
    category: Policy,
    level: Warn,
    reason: "an agent that reads what tells it to send, reads and sends",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for chain in chains(table, reads_private, sends) {
        chain.report(reporter, "can send on what is read");
    }
}
