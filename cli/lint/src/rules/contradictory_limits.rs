use mcp_scopes_model::{Risk, policy::defaults};
use mcp_scopes_scan::source::Place;

use crate::{
    lint_model::{InputKind, Table, Tool},
    patterns::Patterns,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "contradictory-limits",
    category: Policy,
    level: Warn,
    summary: "limit that has no effect because of another limit",
    reason: "one of the two limits never applies, and a reader cannot tell which one is intended",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let mut patterns = Patterns::new();
    for tool in table.tools.iter().map(|listed| &*listed.tool).filter(|tool| tool.own) {
        let name = &tool.name.value;
        for (place, message, help) in within(tool, &mut patterns).into_iter().chain(with_session(table, tool)) {
            reporter
                .report(format!("contradictory limits of tool `{name}`: {message}"))
                .at(place)
                .about(name)
                .help(help);
        }
    }
}

type Contradiction<'t> = (&'t Place, String, String);

/// Returns the contradictions within one tool.
fn within<'t>(tool: &'t Tool, patterns: &mut Patterns) -> Vec<Contradiction<'t>> {
    let (policy, name) = (&tool.policy, tool.name.value.as_str());
    let mut found: Vec<Contradiction<'t>> = Vec::new();
    for asked in &policy.requires_approval_after {
        let Some(blocked) = policy.blocked_after.iter().find(|wide| patterns.holds(&wide.value, &asked.value)) else {
            continue;
        };
        // In source, the compiler rejects the plain cases.
        if tool.input == InputKind::Source && (blocked.value == asked.value || !blocked.value.contains(':')) {
            continue;
        }
        let message = format!(
            "approval is never requested after `{}`: `{}` in `blocked_after` blocks the call",
            asked.value, blocked.value
        );
        found.push((&asked.place, message, "keep the pattern in one of the two lists".to_owned()));
    }
    if let Some(auto) = tool.auto_approvable.as_ref().filter(|auto| auto.value && policy.requires_human_review) {
        let message = "`requires_human_review` is set, but clients may call without approval".to_owned();
        let help = match tool.input {
            InputKind::Source => "add `approval = \"user\"`, or remove `requires_human_review`",
            InputKind::Document => "write `\"auto_approvable\": false`, or remove `requires_human_review`",
        };
        found.push((&auto.place, message, help.to_owned()));
    }
    for blocked in &policy.blocked_after {
        if let Some(calls) = policy.max_calls_per_session.filter(|calls| *calls > 1 && blocked.value == name) {
            let message = format!("a session allows {calls} calls, but the first call blocks all others");
            found.push((&blocked.place, message, format!("remove `{name}` from `blocked_after`")));
        }
        if let Some(group) = tool.grouped_with.iter().find(|group| group.value == blocked.value) {
            let message = format!("`{}` is grouped with the tool, but any call of it blocks the tool", group.value);
            let help = format!(
                "remove `{}` from one of the two lists, or add a glob so that only some of its calls block",
                group.value
            );
            found.push((&blocked.place, message, help));
        }
    }
    found
}

/// Returns the contradictions between the tool and the session limits.
fn with_session<'t>(table: &Table, tool: &'t Tool) -> Vec<Contradiction<'t>> {
    let mut found = Vec::new();
    let Some(own) = tool.policy.max_calls_per_session else { return found };
    let session = table.session.as_ref().map(|session| &session.value);
    let is_high = tool.risk.as_ref().is_some_and(|risk| risk.value >= Risk::High);
    if let Some(all) = session.and_then(|session| session.max_high_risk_calls).filter(|all| is_high && own > *all) {
        let message =
            format!("a session allows {own} calls of the tool, but only {all} calls of all tools of high risk");
        found.push((&tool.place, message, format!("set `max_calls_per_session` to {all} or less, or remove it")));
    }
    let max = session.and_then(|session| session.max_minutes).unwrap_or(defaults::MAX_MINUTES);
    let cooling = tool.policy.cooling_period_minutes.filter(|minutes| *minutes > 0 && !tool.policy.idempotent);
    if let Some((cooling, room)) =
        cooling.map(|cooling| (cooling, max.div_ceil(cooling))).filter(|(_, room)| own >= *room)
    {
        let message = format!(
            "a session allows {own} calls of the tool, but has room for {room} in its {max} minutes, {cooling} minutes apart"
        );
        found.push((&tool.place, message, "lower `max_calls_per_session`, or remove it".to_owned()));
    }
    found
}
