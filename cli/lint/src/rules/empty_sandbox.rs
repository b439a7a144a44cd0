use mcp_scopes_model::SandboxMode;

use crate::{
    lint_model::{InputKind, Listed, Table},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "empty-sandbox",
    category: Sandbox,
    level: Warn,
    summary: "sandbox in which no tool works",
    reason: "a sandbox that denies every call tests nothing",
    check: joint_table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let Some(sandbox) = &table.sandbox else { return };
    let works = |listed: &Listed| listed.tool.sandbox.as_ref().is_some_and(|mode| mode.value != SandboxMode::Deny);
    if table.tools.is_empty() || table.tools.iter().any(works) {
        return;
    }
    let help = match table.input {
        InputKind::Source => "write `sandbox = \"allow\"` on tools that are safe there, or remove [sandbox]",
        InputKind::Document => "write `\"sandbox\": \"allow\"` on tools that are safe there, or remove `sandbox`",
    };
    reporter.report("the sandbox denies every tool").at(&sandbox.place).about(&*table.name).help(help);
}
