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
    summary: "tools that read private data and tools that send, open to one caller without a policy",
    reason: "an instruction hidden in the data can make an agent send the data to a third party",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    for chain in chains(table, reads_private, sends) {
        chain.report(reporter, "can send data that is read");
    }
}
