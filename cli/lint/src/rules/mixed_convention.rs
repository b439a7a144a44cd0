use std::collections::{BTreeMap, BTreeSet};

use crate::{
    lint_model::{InputKind, Scope, Table},
    name_tokens::{is_action, separator},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "mixed-convention",
    category: Naming,
    level: Warn,
    summary: "scopes of one table that follow different conventions",
    reason: "users request scopes that do not exist if they cannot predict how scopes are formed",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    if table.convention.is_some() {
        return;
    }
    names(table, reporter);
    halves(table, reporter);
    outliers(
        table,
        reporter,
        |scope| separator(&scope.bare),
        |scope, own, usual| {
            (
                format!("uses `{own}`, but most scopes of the table use `{usual}`"),
                scope.bare.replace(own, &usual.to_string()),
            )
        },
    );
    outliers(
        table,
        reporter,
        |scope| action_side(&scope.bare),
        |scope, own, usual| {
            let swapped = separator(&scope.bare).and_then(|mark| {
                let (first, last) = scope.bare.split_once(mark)?;
                Some(format!("{last}{mark}{first}"))
            });
            (format!("has its action {own}, but most scopes of the table have it {usual}"), swapped.unwrap_or_default())
        },
    );
}

/// The other correction in source.
const OR_CONFIGURE: &str = "or set the convention under `[convention]`";

/// Adds the other correction. A document has no section for it.
fn or_configured(help: String, input: InputKind) -> String {
    match input {
        InputKind::Source => format!("{help}, {OR_CONFIGURE}"),
        InputKind::Document => help,
    }
}

/// If most scopes are names of tools, scopes of parts are outliers.
fn names(table: &Table, reporter: &mut Reporter<'_>) {
    let names: BTreeSet<&str> = table.tools.iter().map(|listed| listed.tool.name.value.as_str()).collect();
    let required: Vec<&Scope> = table.required().collect();
    let (usual, other): (Vec<&Scope>, Vec<&Scope>) =
        required.into_iter().partition(|scope| names.contains(scope.bare.as_str()));
    let other: Vec<&Scope> = other.into_iter().filter(|scope| separator(&scope.bare).is_some()).collect();
    if is_majority(usual.len(), usual.len() + other.len()) {
        for scope in other {
            let message = format!("scope `{}` has parts, but most scopes of the table are tool names", scope.text);
            let help = match table.input {
                InputKind::Source => format!("remove the key `scope`, {OR_CONFIGURE}"),
                InputKind::Document => "require a scope with the name of the tool".to_owned(),
            };
            reporter.report(message).at(&scope.place).about(&*scope.text).help(help);
        }
    }
}

/// Reports two conventions in one table of which neither has a majority.
fn halves(table: &Table, reporter: &mut Reporter<'_>) {
    let mut counts: BTreeMap<char, (usize, &Scope)> = BTreeMap::new();
    for scope in &table.scopes {
        if let Some(mark) = separator(&scope.bare) {
            counts.entry(mark).or_insert((0, scope)).0 += 1;
        }
    }
    let all: usize = counts.values().map(|(count, _)| count).sum();
    let mut counts: Vec<(char, usize, &Scope)> =
        counts.into_iter().map(|(mark, (count, first))| (mark, count, first)).collect();
    counts.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
    let [(first, many, _), (second, few, scope), ..] = counts.as_slice() else { return };
    // A single scope of another kind is not a convention, and outliers are reported one by one.
    if is_majority(*many, all) || *few < 2 {
        return;
    }
    let message = format!("scope `{}` and {} more use `{second}`, but {many} use `{first}`", scope.text, few - 1);
    let help = or_configured("use one of the two".to_owned(), table.input);
    reporter.report(message).at(&scope.place).about(&*scope.text).help(help);
}

/// Returns whether the count is enough for a majority.
fn is_majority(count: usize, all: usize) -> bool {
    count >= 3 && count * 4 >= all * 3
}

/// Returns the end of a two-part scope that is the action.
fn action_side(scope: &str) -> Option<&'static str> {
    let (first, last) = scope.split_once(separator(scope)?)?;
    match (is_action(first), is_action(last)) {
        (true, false) => Some("first"),
        (false, true) => Some("last"),
        _ => None,
    }
}

fn outliers<K: Ord + Copy>(
    table: &Table,
    reporter: &mut Reporter<'_>,
    key: impl Fn(&Scope) -> Option<K>,
    describe: impl Fn(&Scope, K, K) -> (String, String),
) {
    let keyed: Vec<(&Scope, K)> = table.scopes.iter().filter_map(|scope| Some((scope, key(scope)?))).collect();
    let mut counts: BTreeMap<K, usize> = BTreeMap::new();
    for (_, key) in &keyed {
        *counts.entry(*key).or_default() += 1;
    }
    let Some((usual, count)) = counts.into_iter().max_by_key(|(_, count)| *count) else { return };
    if !is_majority(count, keyed.len()) {
        return;
    }
    for (scope, own) in keyed.into_iter().filter(|(_, key)| *key != usual) {
        let (why, instead) = describe(scope, own, usual);
        let namespace = scope.text.strip_suffix(&scope.bare).unwrap_or("");
        let help = or_configured(format!("write `{namespace}{instead}`"), table.input);
        let message = format!("scope `{}` {why}", scope.text);
        reporter.report(message).at(&scope.place).about(&*scope.text).help(help);
    }
}
