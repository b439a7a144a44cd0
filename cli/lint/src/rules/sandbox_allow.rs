use mcp_scopes_model::{Risk, SandboxMode};

use crate::{
    lint_model::{InputKind, Tool},
    name_tokens::suggested,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "sandbox-allow",
    category: Sandbox,
    level: Warn,
    summary: "destructive tool that runs unchanged in the sandbox",
    reason: "agents try every tool in a sandbox, and this one has real effects",
    check: tool(check),
};

fn check(tool: &Tool, reporter: &mut Reporter<'_>) {
    let Some(mode) = tool.sandbox.as_ref().filter(|mode| mode.value == SandboxMode::Allow) else { return };
    let name = &tool.name.value;
    let risk = tool.risk.as_ref().map(|risk| risk.value).filter(|risk| *risk >= Risk::High);
    let why = if let Some(risk) = risk {
        format!("its risk is `{}`", risk.as_str())
    } else if tool.hints.says_destructive() {
        "it has a destructive hint".to_owned()
    } else if let Some((word, _)) = suggested(name).filter(|(_, least)| *least >= Risk::High) {
        format!("`{word}` in its name suggests that it is destructive")
    } else {
        return;
    };
    let message = format!("tool `{name}` runs unchanged in the sandbox, but {why}");
    let help = match tool.input {
        InputKind::Source if tool.is_dynamic => "write `sandbox = \"deny\"`",
        InputKind::Source => "write `sandbox = simulate(substitute)`, or `sandbox = \"deny\"`",
        InputKind::Document => "write `\"sandbox\": \"simulate\"`, or `\"deny\"`",
    };
    reporter.report(message).at(&mode.place).about(name).help(help);
}
