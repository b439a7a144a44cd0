use mcp_scopes_model::{Risk, SandboxMode};

use crate::{
    lint_model::{InputKind, Table, Tool},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "high-risk-sandbox",
    category: Sandbox,
    level: Warn,
    summary: "tool of high risk that does not state its sandbox mode",
    reason: "an evaluation has to know whether its most dangerous tools are simulated or denied",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let works = |tool: &Tool| tool.sandbox.as_ref().is_some_and(|mode| mode.value != SandboxMode::Deny);
    if table.sandbox.is_none() && !table.tools.iter().any(|listed| works(&listed.tool)) {
        return;
    }
    for tool in table.tools.iter().map(|listed| &*listed.tool).filter(|tool| tool.own && tool.sandbox.is_none()) {
        let Some(risk) = tool.risk.as_ref().filter(|risk| risk.value >= Risk::High) else { continue };
        let (name, risk) = (&tool.name.value, risk.value.as_str());
        let message = format!("tool `{name}` is of {risk} risk and has no sandbox mode");
        let help = match tool.input {
            InputKind::Source if tool.is_dynamic => "add `sandbox = \"deny\"`, which is the default",
            InputKind::Source => "add `sandbox = simulate(substitute)`, or `sandbox = \"deny\"`, which is the default",
            InputKind::Document => "add `\"sandbox\": \"simulate\"`, or `\"deny\"`, which is the default",
        };
        reporter.report(message).at(&tool.place).about(name).help(help);
    }
}
