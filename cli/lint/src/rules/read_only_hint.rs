use mcp_scopes_model::Risk;

use crate::{
    capabilities::is_reading,
    lint_model::Tool,
    name_tokens::suggested,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "read-only-hint",
    category: Risk,
    level: Warn,
    summary: "read-only hint on a tool that does more than read",
    reason: "clients call read-only tools without approval",
    section: "MCP 2026-07-28, Tools, ToolAnnotations",
    mirror: "destructive-hint",
    check: tool(check),
};

fn check(tool: &Tool, reporter: &mut Reporter<'_>) {
    let Some(hint) = tool.hints.read_only.as_ref().filter(|hint| hint.value) else { return };
    let name = &tool.name.value;
    let risk = tool.risk.as_ref().map(|risk| risk.value).filter(|risk| *risk >= Risk::High);
    let against = if tool.hints.says_destructive() {
        "also a destructive hint".to_owned()
    } else if let Some((word, _)) = suggested(name).filter(|(_, least)| *least >= Risk::Medium) {
        format!("`{word}` in its name suggests otherwise")
    } else if let Some(risk) = risk.filter(|_| !is_reading(name)) {
        format!("its risk is `{}`", risk.as_str())
    } else {
        return;
    };
    let message = format!("tool `{name}` has a read-only hint, but {against}");
    let help = "remove `read_only_hint`, or correct what contradicts it";
    reporter.report(message).at(&hint.place).about(name).help(help);
}
