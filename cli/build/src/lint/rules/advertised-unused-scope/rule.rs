//! `advertised-unused-scope`: what is advertised opens something.

use crate::lint::{
    hits::Hits,
    rule::{Category, Check, Rule, Setting},
    view::{Origin, Table},
};

pub(super) const RULE: Rule = Rule {
    id: "advertised-unused-scope",
    category: Category::LeastPrivilege,
    level: Setting::Warn,
    reason: "every client asks every user for a scope that opens nothing",
    section: "MCP 2026-07-28, Authorization, Scope Selection Strategy",
    docs: include_str!("docs.md"),
    mirror: None,
    options: &[],
    check: Check::table(check),
};

fn check(table: &Table, hits: &mut Hits<'_>) {
    // In source `unused-scope` tells, at the declaration. A document without tools says nothing of what opens what.
    if table.origin == Origin::Source || table.required().next().is_none() {
        return;
    }
    for scope in &table.supported {
        let closed = table.closure([scope.value.as_str()]);
        let opens = table.required().any(|needed| closed.contains(needed.text.as_str()));
        let before = table.tools.iter().flat_map(|listed| &listed.tool.prerequisites);
        if !opens && !before.into_iter().any(|needed| closed.contains(needed.value.as_str())) {
            let message = format!("scope `{}` is advertised, but no tool requires it or what it implies", scope.value);
            let help = "take it out of `scopes_supported`, or require it on a tool";
            hits.report(&scope.place, &*scope.value, message, help);
        }
    }
}
