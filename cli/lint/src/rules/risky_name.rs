use crate::{
    lint_model::{InputKind, Tool},
    name_tokens::suggested,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "risky-name",
    category: Risk,
    level: Warn,
    summary: "tool whose risk is lower than its name suggests",
    reason: "clients call tools of low risk without approval",
    section: "MCP 2026-07-28, Tools, Security Considerations",
    check: tool(check),
};

fn check(tool: &Tool, reporter: &mut Reporter<'_>) {
    let Some((word, least)) = suggested(&tool.name.value) else { return };
    let Some(risk) = &tool.risk else { return };
    if risk.value < least {
        let (name, stated, least) = (&tool.name.value, risk.value.as_str(), least.as_str());
        let message = format!("tool `{name}` has the risk `{stated}`, but `{word}` in its name suggests `{least}`");
        let risk_key = if tool.input == InputKind::Source { "risk = " } else { "\"risk_level\": " };
        let help = format!("write `{risk_key}\"{least}\"`, or rename the tool");
        reporter.report(message).at(&risk.place).about(name).help(help);
    }
}
