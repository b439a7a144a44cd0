use mcp_scopes_model::Risk;
use mcp_scopes_scan::source::Placed;

use crate::{
    lint_model::{InputKind, Listed, Table},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "risky-baseline",
    category: LeastPrivilege,
    level: Warn,
    summary: "baseline that opens a tool of high risk",
    reason: "clients request the whole baseline first, so every user consents to it",
    section: "MCP 2026-07-28, Security Best Practices, Scope Minimization",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    if !table.supported_stated {
        return;
    }
    let hierarchy = table.hierarchy();
    let baseline = hierarchy.closure(table.supported.iter().map(|scope| scope.value.as_str()));
    let risky = |listed: &&Listed| listed.tool.risk.as_ref().is_some_and(|risk| risk.value >= Risk::High);
    let opened: Vec<&Listed> =
        table.tools.iter().filter(risky).filter(|it| !it.needs_no_scope() && it.is_open_to(&baseline)).collect();
    let Some(first) = opened.first() else { return };
    let opens = |scope: &&Placed<String>| {
        let gives = hierarchy.closure([scope.value.as_str()]);
        first.alternatives.iter().flatten().any(|needed| gives.contains(needed.as_str()))
    };
    let Some(scope) = table.supported.iter().find(opens) else { return };
    let more = match opened.len() - 1 {
        0 => String::new(),
        1 => " and one more tool of high risk".to_owned(),
        more => format!(" and {more} more tools of high risk"),
    };
    let (name, risk) = (&first.tool.name.value, first.tool.risk.as_ref().map_or("", |risk| risk.value.as_str()));
    let (what, help) = match table.input {
        InputKind::Source => (
            "the baseline",
            "remove the dangerous scopes from `baseline`; challenges request them when they are needed",
        ),
        InputKind::Document => (
            "`scopes_supported`",
            "remove the dangerous scopes from `scopes_supported`; challenges request them when they are needed",
        ),
    };
    let message = format!("{what} opens `{name}` of {risk} risk{more}");
    reporter.report(message).at(&scope.place).about(&*scope.value).help(help);
}
