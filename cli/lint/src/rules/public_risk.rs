use mcp_scopes_model::Risk;
use mcp_scopes_scan::source::Place;

use crate::{
    lint_model::{InputKind, Tool},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "public-risk",
    category: Risk,
    level: Warn,
    summary: "public tool that can do harm",
    reason: "callers without a token cannot be identified",
    check: tool(check),
};

fn check(tool: &Tool, reporter: &mut Reporter<'_>) {
    if !tool.public {
        return;
    }
    let Some((place, why)) = find_harm(tool, Risk::Medium) else { return };
    let name = &tool.name.value;
    let message = format!("tool `{name}` is open to callers without a token, but {why}");
    let help = match tool.input {
        InputKind::Source => "write `scope = \"..\"` instead of `public`",
        InputKind::Document => "write `required_scopes` instead of `public`",
    };
    reporter.report(message).at(place).about(name).help(help);
}

/// Returns why a tool can do harm, with the place that says so: a risk from `least`, or a destructive hint.
pub(super) fn find_harm(tool: &Tool, least: Risk) -> Option<(&Place, String)> {
    let risk = tool.risk.as_ref().filter(|risk| risk.value >= least);
    match (risk, &tool.hints.destructive) {
        (Some(risk), _) => Some((&risk.place, format!("its risk is `{}`", risk.value.as_str()))),
        (None, Some(hint)) if hint.value => Some((&hint.place, "it has a destructive hint".to_owned())),
        _ => None,
    }
}
