use mcp_scopes_model::Pattern;

use crate::{
    lint_model::{InputKind, Table},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "public-policy",
    category: Policy,
    level: Warn,
    summary: "limit per caller on a public tool",
    reason: "a call without a token belongs to no session, so the limit never applies",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    // In source, these are compile errors.
    if table.input == InputKind::Source {
        return;
    }
    let tools = table.by_name();
    for tool in table.tools.iter().map(|listed| &*listed.tool).filter(|tool| tool.own) {
        let (policy, name) = (&tool.policy, &tool.name.value);
        let patterns = || policy.blocked_after.iter().chain(&policy.requires_approval_after);
        if tool.public {
            let counts = policy.cooling_period_minutes.is_some() || policy.max_calls_per_session.is_some();
            if counts || policy.requires_human_review || patterns().next().is_some() {
                let message =
                    format!("tool `{name}` limits the calls of each caller, but is open to callers without a token");
                reporter.report(message).at(&tool.place).about(name).help("require a scope, or remove the limits");
            }
            continue;
        }
        for said in patterns() {
            let Some(other) = Pattern::parse(&said.value).ok().and_then(Pattern::own_tool) else { continue };
            if tools.get(other).is_some_and(|other| other.tool.public) {
                let message = format!(
                    "tool `{name}` is limited after calls of `{other}`, which is open to callers without a token"
                );
                let help = format!(
                    "require a scope for `{other}`, or remove the pattern; calls without a token belong to no session"
                );
                reporter.report(message).at(&said.place).about(name).help(help);
            }
        }
    }
}
