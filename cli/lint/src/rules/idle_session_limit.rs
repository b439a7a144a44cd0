use mcp_scopes_model::Risk;

use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "idle-session-limit",
    category: Policy,
    level: Warn,
    summary: "limit on calls of a risk that nothing has",
    reason: "the limit has no effect, so it may be missed that no tool has the risk that it limits",
    check: joint_table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    // The risk of a tool that states none may be any. Resources and prompts that state none count as low.
    let of_tools = table.tools.iter().map(|listed| Some(listed.tool.risk.as_ref()?.value));
    let of_contents =
        table.contents.iter().map(|content| Some(content.risk.as_ref().map_or(Risk::Low, |risk| risk.value)));
    let risks: Option<Vec<Risk>> = of_tools.chain(of_contents).collect();
    let Some(risks) = risks.filter(|_| !table.tools.is_empty()) else { return };
    if let Some(session) = table.session.as_ref().filter(|_| risks.iter().all(|risk| *risk < Risk::High)) {
        let limits = [
            ("max_high_risk_calls", session.value.max_high_risk_calls.is_some()),
            ("block_rapid_escalation", session.value.block_rapid_escalation),
        ];
        for (limit, _) in limits.iter().filter(|(_, stated)| *stated) {
            let message = format!("`{limit}` has no effect: no tool is of high or critical risk");
            reporter
                .report(message)
                .at(&session.place)
                .about(*limit)
                .help("raise the risk of the intended tools to `high`, or remove the limit");
        }
    }
    for rule in table.risks.iter().filter(|rule| !risks.contains(&rule.value)) {
        let risk = rule.value.as_str();
        let message =
            format!("the rule for the risk `{risk}` has no effect: no tool, resource or prompt has that risk");
        let help = format!("raise or lower the risk of the intended tools to `{risk}`, or remove the rule");
        reporter.report(message).at(&rule.place).about(risk).help(help);
    }
}
