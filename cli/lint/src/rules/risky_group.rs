use mcp_scopes_model::Risk;

use crate::{
    lint_model::{Table, Tool},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "risky-group",
    category: LeastPrivilege,
    level: Warn,
    summary: "harmless tool that is grouped with a dangerous one",
    reason: "clients request the scopes of grouped tools at once, so users consent to more than they need",
    section: "MCP 2026-07-28, Security Best Practices, Scope Minimization",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let (hierarchy, tools) = (table.hierarchy(), table.by_name());
    let risk = |tool: &Tool| tool.risk.as_ref().map(|risk| risk.value);
    for listed in &table.tools {
        let tool = &*listed.tool;
        if !tool.own || risk(tool).is_none_or(|risk| risk > Risk::Low) {
            continue;
        }
        for group in &tool.grouped_with {
            let Some(other) = tools.get(group.value.as_str()) else { continue };
            let Some(high) = risk(&other.tool).filter(|risk| *risk >= Risk::High) else { continue };
            // If the scopes of one tool open the other, nothing more is requested.
            let together = |all: &Vec<String>| other.is_open_to(&hierarchy.closure(all.iter().map(String::as_str)));
            if other.needs_no_scope() || listed.alternatives.iter().any(together) {
                continue;
            }
            let message = format!(
                "tool `{}` of {} risk is grouped with `{}` of {} risk",
                tool.name.value,
                risk(tool).map_or("", Risk::as_str),
                group.value,
                high.as_str()
            );
            let help = format!("remove `{}` from the group; that tool may name this one instead", group.value);
            reporter.report(message).at(&group.place).about(&*tool.name.value).help(help);
        }
    }
}
