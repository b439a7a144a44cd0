use mcp_scopes_model::Risk;
use mcp_scopes_scan::source::{Place, Placed};

use crate::{
    lint_model::{Content, InputKind, Table, Tool},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "public-risk",
    category: Risk,
    level: Warn,
    summary: "public tool, resource or prompt that can do harm",
    reason: "callers without a token cannot be identified",
    check: tool(check) and table(check_contents),
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

fn check_contents(table: &Table, reporter: &mut Reporter<'_>) {
    for (content, risk) in risky_contents(table, Risk::Medium) {
        if content.requirement.is_public() {
            report_content(content, risk, "callers without a token", "public", table.input, reporter);
        }
    }
}

/// Returns the resources and prompts whose risk is at least this one.
pub(super) fn risky_contents(table: &Table, least: Risk) -> impl Iterator<Item = (&Content, &Placed<Risk>)> {
    let risky = move |risk: &&Placed<Risk>| risk.value >= least;
    table.contents.iter().filter_map(move |content| Some((content, content.risk.as_ref().filter(risky)?)))
}

/// Reports a resource or prompt that is open to too many callers.
pub(super) fn report_content(
    content: &Content,
    risk: &Placed<Risk>,
    callers: &str,
    key: &str,
    input: InputKind,
    reporter: &mut Reporter<'_>,
) {
    let (kind, name, level) = (content.kind.as_str(), &content.name.value, risk.value.as_str());
    let message = format!("{kind} `{name}` is open to {callers}, but its risk is `{level}`");
    let help = match input {
        InputKind::Source => format!("write `scope = \"..\"` instead of `{key}`"),
        InputKind::Document => format!("write `required_scopes` instead of `{key}`"),
    };
    reporter.report(message).at(&risk.place).about(name).help(help);
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
