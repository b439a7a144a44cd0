use std::collections::BTreeSet;

use mcp_scopes_scan::{inventory::ConditionDecl, source::Place};

use crate::{
    glob_covers,
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
    let closure = &|held| hierarchy.closure(held);
    for listed in table.tools.iter().filter(|listed| listed.tool.own && !listed.tool.conditions.is_empty()) {
        let tool = &*listed.tool;
        for (place, condition) in tool.conditions.iter().enumerate() {
            let glob = &condition.glob.value;
            let (message, help) = if let Some(name) = unlisted(tool, condition) {
                (
                    format!("`when` for `{glob}` is about `{name}`, which is no parameter of the tool"),
                    "name one of `parameters`",
                )
            } else if takes_nothing(tool) {
                (
                    format!("`when` for `{glob}` applies to no expected call: the tool has no parameters"),
                    "remove it, or add the parameters",
                )
            } else if is_held(listed, condition, closure) {
                (
                    format!("`when` for `{glob}` adds no scope: every call needs its scopes already"),
                    "remove it, or name scopes that the others do not imply",
                )
            } else if let Some(other) = covering(tool, place, closure) {
                let other = &other.glob.value;
                (
                    format!(
                        "`when` for `{glob}` adds no scope: `when` for `{other}` requires its scopes of the same calls"
                    ),
                    "remove it, or name other scopes",
                )
            } else if is_evaded(listed, condition, closure) {
                (
                    format!("`when` for `{glob}` is never required: another alternative opens the tool without it"),
                    "state it for the other alternative too, or remove it",
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

/// Adds what scopes imply.
type Closure<'c, 't> = &'c dyn Fn(Vec<&'t str>) -> BTreeSet<&'t str>;

const fn belongs(condition: &ConditionDecl<Place>, alternative: usize) -> bool {
    alternative < 64 && condition.alternatives >> alternative & 1 == 1
}

fn scopes(condition: &ConditionDecl<Place>) -> impl Iterator<Item = &str> {
    condition.scopes.iter().map(|scope| scope.value.as_str())
}

/// Returns whether each alternative that the condition belongs to holds its scopes anyway.
fn is_held<'t>(listed: &'t Listed, condition: &ConditionDecl<Place>, closure: Closure<'_, 't>) -> bool {
    let mut alternatives = listed.alternatives.iter().enumerate().filter(|(place, _)| belongs(condition, *place));
    alternatives.all(|(_, base)| {
        let held = closure(base.iter().map(String::as_str).collect());
        scopes(condition).all(|scope| held.contains(scope))
    })
}

/// Returns another condition that the calls of this one match too, in the same alternatives, and that requires its scopes. Of equal ones, the first
/// is not reported.
fn covering<'t>(tool: &'t Tool, place: usize, closure: Closure<'_, 't>) -> Option<&'t ConditionDecl<Place>> {
    let covers = |outer: &'t ConditionDecl<Place>, inner: &ConditionDecl<Place>| {
        let argument = |condition: &ConditionDecl<Place>| condition.argument.as_ref().map(|name| name.value.clone());
        (outer.argument.is_none() || argument(outer) == argument(inner))
            && inner.alternatives & !outer.alternatives == 0
            && glob_covers(&outer.glob.value, &inner.glob.value)
            && {
                let required = closure(scopes(outer).collect());
                scopes(inner).all(|scope| required.contains(scope))
            }
    };
    let condition = tool.conditions.get(place)?;
    let others = tool.conditions.iter().enumerate().filter(|(other, _)| *other != place);
    let mut covering =
        others.filter(|(other, outer)| covers(outer, condition) && (*other < place || !covers(condition, outer)));
    covering.next().map(|(_, outer)| outer)
}

/// Returns whether for each alternative that the condition belongs to, another one opens the tool to the same callers without the condition, by what
/// their scopes imply.
fn is_evaded<'t>(listed: &'t Listed, condition: &ConditionDecl<Place>, closure: Closure<'_, 't>) -> bool {
    let conditions = &listed.tool.conditions;
    let evades = |place: usize, base: &'t [String], (other, needed): (usize, &'t Vec<String>)| {
        let held = closure(base.iter().map(String::as_str).collect());
        let has_all = |condition: &ConditionDecl<Place>| scopes(condition).all(|scope| held.contains(scope));
        let mut of_other = conditions.iter().filter(|condition| belongs(condition, other));
        other != place
            && needed.iter().all(|scope| held.contains(scope.as_str()))
            // What the other one requires of some calls, this one requires of them too, or of every call.
            && of_other.all(|required| has_all(required) || (belongs(required, place) && !core::ptr::eq(required, condition)))
    };
    let alternatives = || listed.alternatives.iter().enumerate();
    let mut own = alternatives().filter(|(place, _)| belongs(condition, *place)).peekable();
    own.peek().is_some() && own.all(|(place, base)| alternatives().any(|other| evades(place, base, other)))
}
