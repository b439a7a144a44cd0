use mcp_scopes_model::Risk;

use crate::{
    lint_model::{InputKind, Tool},
    name_tokens::suggested,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "destructive-approval",
    category: Risk,
    level: Warn,
    summary: "destructive tool that does not require user approval",
    reason: "a destructive call that runs without approval cannot be undone",
    section: "MCP 2026-07-28, Tools, Security Considerations",
    check: tool(check),
};

fn check(tool: &Tool, reporter: &mut Reporter<'_>) {
    // Other rules report a destructive hint on low risk, a risk below the name, and a stated approval that is too lax.
    let stated = tool.requires_user_approval.as_ref();
    let silent = match tool.input {
        InputKind::Source => stated.is_none_or(|stated| stated.value),
        InputKind::Document => stated.is_some() || tool.auto_approvable.is_some(),
    };
    let risk = tool.risk.as_ref().map(|risk| risk.value);
    let name = &tool.name.value;
    if suggested(name).is_some_and(|(_, least)| risk.is_some_and(|risk| risk < least)) {
        return;
    }
    let why = if tool.hints.says_destructive() && risk.is_some_and(|risk| risk >= Risk::Medium) {
        "has a destructive hint".to_owned()
    } else if risk == Some(Risk::Critical) {
        "is of critical risk".to_owned()
    } else if let Some((word, Risk::High)) = suggested(name).filter(|_| risk == Some(Risk::High)) {
        format!("has `{word}` in its name")
    } else {
        return;
    };
    if silent {
        return;
    }
    let message = format!("tool `{name}` {why}, but does not require user approval");
    let (place, help) = match tool.input {
        InputKind::Source => (
            tool.hints.destructive.as_ref().map(|hint| &hint.place),
            "add `approval = \"user\"`, or write `risk = \"high\"`",
        ),
        InputKind::Document => (tool.risk.as_ref().map(|risk| &risk.place), "add `\"requires_user_approval\": true`"),
    };
    reporter.report(message).at(place.unwrap_or(&tool.place)).about(name).help(help);
}
