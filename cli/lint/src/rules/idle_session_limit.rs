use mcp_scopes_model::Risk;

use crate::{
    lint_model::{Listed, Table},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "idle-session-limit",
    category: Policy,
    level: Warn,
    summary: "session limit on calls of high risk, without a tool of high risk",
    reason: "the limit has no effect, so it may be missed that no tool has the risk that it limits",
    check: joint_table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let Some(session) = &table.session else { return };
    let limits = [
        ("max_high_risk_calls", session.value.max_high_risk_calls.is_some()),
        ("block_rapid_escalation", session.value.block_rapid_escalation),
    ];
    // The risk of a tool that states none may be high.
    let below = |listed: &Listed| listed.tool.risk.as_ref().is_some_and(|risk| risk.value < Risk::High);
    if table.tools.is_empty() || !table.tools.iter().all(below) {
        return;
    }
    for (limit, _) in limits.iter().filter(|(_, stated)| *stated) {
        let message = format!("`{limit}` has no effect: no tool is of high or critical risk");
        reporter
            .report(message)
            .at(&session.place)
            .about(*limit)
            .help("raise the risk of the intended tools to `high`, or remove the limit");
    }
}
