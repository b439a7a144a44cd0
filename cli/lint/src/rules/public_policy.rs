use mcp_scopes_model::Pattern;

use crate::{
    lint_model::Table,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "public-policy",
    category: Policy,
    level: Warn,
    reason: "who calls without a token starts a new session with every call",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let tools = table.by_name();
    for tool in table.tools.iter().map(|listed| &*listed.tool).filter(|tool| tool.own) {
        let (policy, name) = (&tool.policy, &tool.name.value);
        let patterns = || policy.blocked_after.iter().chain(&policy.requires_approval_after);
        if tool.public {
            let counts = policy.cooling_period_minutes.is_some() || policy.max_calls_per_session.is_some();
            if counts || patterns().next().is_some() {
                let message =
                    format!("tool `{name}` is limited by its caller's calls, but open to callers without a token");
                reporter
                    .report(message)
                    .at(&tool.place)
                    .about(name)
                    .help("open it by a scope, or leave out what counts calls");
            }
            continue;
        }
        for said in patterns() {
            let Ok(pattern) = Pattern::parse(&said.value) else { continue };
            if tools.get(pattern.tool).is_some_and(|other| other.tool.public) {
                let other = pattern.tool;
                let message =
                    format!("tool `{name}` is limited after calls of `{other}`, which callers make without a token");
                let help = format!(
                    "open `{other}` by a scope, or leave the pattern out: nobody can tell whose calls they were"
                );
                reporter.report(message).at(&said.place).about(name).help(help);
            }
        }
    }
}
