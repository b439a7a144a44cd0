use mcp_scopes_model::{Risk, policy::Session};
use mcp_scopes_scan::source::Placed;

use crate::{
    lint_model::{Policy, Table},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "idle-session-limit",
    category: Policy,
    level: Warn,
    summary: "limit of sessions that no call can reach",
    reason: "the limit has no effect, so it may be missed that no tool has the risk or the policy that it needs",
    check: joint_table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    if table.tools.is_empty() {
        return;
    }
    if let Some(session) = table.session.as_ref().filter(|session| !counts(table, &session.value)) {
        report_without_policies(session, reporter);
    }
    // The risk of a tool that states none may be any. Resources and prompts that state none count as low.
    let of_tools = table.tools.iter().map(|listed| Some(listed.tool.risk.as_ref()?.value));
    let of_contents =
        table.contents.iter().map(|content| Some(content.risk.as_ref().map_or(Risk::Low, |risk| risk.value)));
    let risks: Option<Vec<Risk>> = of_tools.chain(of_contents).collect();
    let Some(risks) = risks else { return };
    if let Some(session) = &table.session {
        report_by_risk(session, &risks, reporter);
    }
    for rule in table.risks.iter().filter(|rule| !risks.contains(&rule.value)) {
        let risk = rule.value.as_str();
        let message =
            format!("the rule for the risk `{risk}` has no effect: no tool, resource or prompt has that risk");
        let help = format!("raise or lower the risk of the intended tools to `{risk}`, or remove the rule");
        reporter.report(message).at(&rule.place).about(risk).help(help);
    }
}

/// Reports limits on calls of a risk that nothing has.
fn report_by_risk(session: &Placed<Session<String>>, risks: &[Risk], reporter: &mut Reporter<'_>) {
    let limits = [
        ("max_high_risk_calls", session.value.max_high_risk_calls.is_some(), Risk::High, "high or critical risk"),
        // A session begins at minimal risk, so two levels above it is medium.
        ("block_rapid_escalation", session.value.block_rapid_escalation, Risk::Medium, "medium or higher risk"),
    ];
    let stated = limits.into_iter().filter(|(_, is_stated, ..)| *is_stated);
    for (limit, _, least, reached) in stated.filter(|(_, _, least, _)| risks.iter().all(|risk| risk < least)) {
        let help = format!("raise the risk of the intended tools to `{}`, or remove the limit", least.as_str());
        let message = format!("`{limit}` has no effect: no tool, resource or prompt is of {reached}");
        reporter.report(message).at(&session.place).about(limit).help(help);
    }
}

/// Reports limits of sessions in which nothing happens.
fn report_without_policies(session: &Placed<Session<String>>, reporter: &mut Reporter<'_>) {
    let limits = [
        ("idle_minutes", session.value.idle_minutes),
        ("max_minutes", session.value.max_minutes),
        ("max_refused_calls", session.value.max_refused_calls),
    ];
    for (limit, _) in limits.into_iter().filter(|(_, stated)| stated.is_some()) {
        reporter
            .report(format!("`{limit}` has no effect: no policy of a tool and no other limit counts or refuses calls"))
            .at(&session.place)
            .about(limit)
            .help("add a policy to the intended tools, or remove the limit");
    }
}

/// Returns whether calls are counted or refused in sessions.
fn counts(table: &Table, session: &Session<String>) -> bool {
    let is_limited = session.max_high_risk_calls.is_some()
        || session.block_rapid_escalation
        || session.require_reauth_after_minutes.is_some()
        || session.domain.is_some();
    is_limited || !table.risks.is_empty() || table.tools.iter().any(|listed| listed.tool.policy != Policy::NONE)
}
