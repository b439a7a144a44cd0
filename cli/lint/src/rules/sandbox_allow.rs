use mcp_scopes_model::{Risk, SandboxMode};

use crate::{
    lint_model::{Origin, Tool},
    name_tokens::suggested,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "sandbox-allow",
    category: Sandbox,
    level: Warn,
    reason: "agents try everything in a sandbox, and a function that is not safe there does for real what they try",
    check: tool(check),
};

fn check(tool: &Tool, reporter: &mut Reporter<'_>) {
    let Some(mode) = tool.sandbox.as_ref().filter(|mode| mode.value == SandboxMode::Allow) else { return };
    let name = &tool.name.value;
    let risk = tool.risk.as_ref().map(|risk| risk.value).filter(|risk| *risk >= Risk::High);
    let why = if let Some(risk) = risk {
        format!("its risk is `{}`", risk.as_str())
    } else if tool.hints.says_destructive() {
        "it is said to destroy".to_owned()
    } else if let Some((word, _)) = suggested(name).filter(|(_, least)| *least >= Risk::High) {
        format!("`{word}` in its name says that it destroys")
    } else {
        return;
    };
    let message = format!("tool `{name}` runs in the sandbox as it is, but {why}");
    let help = match tool.origin {
        Origin::Source => "write `sandbox = simulate(substitute)`, or `sandbox = \"deny\"`",
        Origin::Document => "write `\"sandbox\": \"simulate\"`, or `\"deny\"`",
    };
    reporter.report(message).at(&mode.place).about(name).help(help);
}
