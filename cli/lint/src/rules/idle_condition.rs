use std::collections::BTreeSet;

use mcp_scopes_scan::{inventory::ConditionDecl, source::Place};

use crate::{
    lint_model::{InputKind, Listed, Table, Tool},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "idle-condition",
    category: LeastPrivilege,
    level: Warn,
    summary: "condition of a scope that separates no calls",
    reason: "the condition appears to require more of some calls, and all calls need the same",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let hierarchy = table.hierarchy();
    for listed in table.tools.iter().filter(|listed| listed.tool.own && !listed.tool.conditions.is_empty()) {
        let tool = &*listed.tool;
        for condition in &tool.conditions {
            let glob = &condition.glob.value;
            let (message, help) = if let Some(name) = unlisted(tool, condition) {
                (
                    format!("`when` for `{glob}` is about `{name}`, which is no parameter of the tool"),
                    "name one of `parameters`",
                )
            } else if takes_nothing(tool) {
                (
                    format!("`when` for `{glob}` never applies: the tool has no parameters"),
                    "remove it, or add the parameters",
                )
            } else if is_held(listed, condition, |held| hierarchy.closure(held)) {
                (
                    format!("`when` for `{glob}` adds no scope: every call needs its scopes already"),
                    "remove it, or name scopes that the others do not imply",
                )
            } else if glob.chars().all(|character| character == '*') {
                (
                    format!("`when` for `{glob}` applies to every call with a text argument"),
                    "require its scopes of every call, or write a narrower glob",
                )
            } else {
                continue;
            };
            reporter.report(message).at(&condition.glob.place).about(&*tool.name.value).help(help);
        }
    }
}

/// Returns the argument of a condition that the document does not list. In source this is an error.
fn unlisted<'t>(tool: &'t Tool, condition: &'t ConditionDecl<Place>) -> Option<&'t str> {
    let name = &condition.argument.as_ref().filter(|_| tool.input == InputKind::Document)?.value;
    tool.unlisted_arguments().any(|unlisted| unlisted.value == *name).then_some(name)
}

fn takes_nothing(tool: &Tool) -> bool {
    tool.parameters.as_ref().is_some_and(Vec::is_empty)
}

/// Returns whether each alternative that the condition belongs to holds its scopes anyway.
fn is_held<'t>(
    listed: &'t Listed,
    condition: &ConditionDecl<Place>,
    closure: impl Fn(Vec<&'t str>) -> BTreeSet<&'t str>,
) -> bool {
    let belongs = |place: &usize| *place < 64 && condition.alternatives >> place & 1 == 1;
    let mut alternatives = listed.alternatives.iter().enumerate().filter(|(place, _)| belongs(place));
    alternatives.all(|(_, scopes)| {
        let held = closure(scopes.iter().map(String::as_str).collect());
        condition.scopes.iter().all(|scope| held.contains(scope.value.as_str()))
    })
}
