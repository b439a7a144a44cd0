use mcp_scopes_model::Risk;

use super::public_risk::{find_harm, report_content, risky_contents};
use crate::{
    lint_model::{InputKind, Table, Tool},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "authenticated-risk",
    category: Risk,
    level: Warn,
    summary: "tool, resource or prompt of high risk that every valid token opens",
    reason: "a user who connects a client for a harmless tool also lets it call this one",
    section: "MCP 2026-07-28, Security Best Practices, Scope Minimization",
    check: tool(check) and table(check_contents),
};

fn check(tool: &Tool, reporter: &mut Reporter<'_>) {
    if !tool.requirement.is_authenticated() {
        return;
    }
    let Some((place, why)) = find_harm(tool, Risk::High) else { return };
    let name = &tool.name.value;
    let message = format!("tool `{name}` is open to every valid token, but {why}");
    let help = match tool.input {
        InputKind::Source => "write `scope = \"..\"` instead of `authenticated`",
        InputKind::Document => "write `required_scopes` instead of `authenticated`",
    };
    reporter.report(message).at(place).about(name).help(help);
}

fn check_contents(table: &Table, reporter: &mut Reporter<'_>) {
    for (content, risk) in risky_contents(table, Risk::High) {
        if content.requirement.is_authenticated() {
            report_content(content, risk, "every valid token", "authenticated", table.input, reporter);
        }
    }
}
