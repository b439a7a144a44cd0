use mcp_scopes_model::Risk;

use crate::{
    capabilities::is_reading,
    lint_model::Tool,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "destructive-hint",
    category: Risk,
    level: Warn,
    summary: "destructive hint on a tool of minimal or low risk",
    reason: "clients that rely on the risk call the tool without approval",
    section: "MCP 2026-07-28, Tools, ToolAnnotations",
    mirror: "read-only-hint",
    check: tool(check),
};

fn check(tool: &Tool, reporter: &mut Reporter<'_>) {
    let Some(hint) = tool.hints.destructive.as_ref().filter(|hint| hint.value) else { return };
    let Some(risk) = tool.risk.as_ref().filter(|risk| risk.value <= Risk::Low) else { return };
    if tool.hints.says_read_only() {
        return;
    }
    let (name, risk) = (&tool.name.value, risk.value.as_str());
    let (also, help) = if is_reading(name) {
        (
            ", and its name suggests that it only reads",
            "write `destructive_hint = false`, or change the name and the risk",
        )
    } else {
        ("", "write `risk = \"medium\"` or higher, or `destructive_hint = false`")
    };
    let message = format!("tool `{name}` has a destructive hint, but its risk is `{risk}`{also}");
    reporter.report(message).at(&hint.place).about(name).help(help);
}
