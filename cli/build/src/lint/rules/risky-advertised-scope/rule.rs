//! `risky-advertised-scope`: what is advertised opens nothing of high risk.

use mcp_scopes_model::Risk;

use crate::lint::{
    hits::Hits,
    rule::{Category, Check, Rule, Setting},
    view::{Origin, Table},
};

pub(super) const RULE: Rule = Rule {
    id: "risky-advertised-scope",
    category: Category::LeastPrivilege,
    level: Setting::Warn,
    reason: "clients ask for what is advertised before anybody wants to do anything, and then hold it for good",
    section: "MCP 2026-07-28, Security Best Practices, Scope Minimization",
    docs: include_str!("docs.md"),
    mirror: None,
    options: &[],
    check: Check::table(check),
};

fn check(table: &Table, hits: &mut Hits<'_>) {
    if !table.supported_stated {
        return;
    }
    let least = Risk::High;
    for scope in &table.supported {
        let opened = table.opened_by([scope.value.as_str()]);
        let risky = table
            .tools_at(&opened)
            .find(|tool| !tool.public && tool.risk.as_ref().is_some_and(|risk| risk.value >= least));
        let Some(tool) = risky else { continue };
        let risk = tool.risk.as_ref().map_or("", |risk| risk.value.as_str());
        let message =
            format!("scope `{}` is advertised, and opens `{}`, whose risk is {risk}", scope.value, tool.name.value);
        let help = match table.origin {
            Origin::Source => "take it out of `baseline`; a challenge asks for it when the tool is called",
            Origin::Document => "take it out of `scopes_supported`; a challenge asks for it when the tool is called",
        };
        hits.report(&scope.place, &*scope.value, message, help);
    }
}
