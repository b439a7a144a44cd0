//! `mixed-convention`: scopes of one table are formed alike.

use std::collections::BTreeMap;

use crate::{
    Finding,
    lint::{
        rule::{Category, Check, Rule, Setting},
        view::{Package, Scope},
        words::{is_action, separator},
    },
};

pub(super) const RULE: Rule = Rule {
    id: "mixed-convention",
    category: Category::Naming,
    level: Setting::Warn,
    reason: "where scopes of one server are formed in two ways, people ask for one that does not exist",
    section: "",
    docs: DOCS,
    check: Check::Own(check),
};

const DOCS: &str = "# mixed-convention

Where most scopes of a table use one separator (`:`, `.` or `/`), those that use another one are reported; where most
two-part scopes have their action on one side, those that have it on the other.

Scopes of a single word are left alone, and so is a table without a clear majority: at least three scopes, and at least
three quarters of those that can be told. With `[convention] scope` the rule `scope-convention` decides instead.

```text
files:read   files:write   shell:execute   users.read     // `users.read` uses `.`
files:read   files:write   shell:execute   list:users     // `list:users` begins with its action
```
";

fn check(package: &Package<'_>, hits: &mut Vec<Finding>) {
    for table in &package.tables {
        if table.config().is_some_and(|config| config.convention.is_some()) {
            continue;
        }
        outliers(
            &table.scopes,
            hits,
            |scope| separator(&scope.bare),
            |scope, own, usual| {
                (
                    format!("uses `{own}`, where most of the table uses `{usual}`"),
                    scope.bare.replace(own, &usual.to_string()),
                )
            },
        );
        outliers(
            &table.scopes,
            hits,
            |scope| action_side(&scope.bare),
            |scope, own, usual| {
                let swapped = separator(&scope.bare).and_then(|mark| {
                    let (first, last) = scope.bare.split_once(mark)?;
                    Some(format!("{last}{mark}{first}"))
                });
                (format!("has its action {own}, where most of the table has it {usual}"), swapped.unwrap_or_default())
            },
        );
    }
}

/// Which end of a two-part scope is the action.
fn action_side(scope: &str) -> Option<&'static str> {
    let (first, last) = scope.split_once(separator(scope)?)?;
    match (is_action(first), is_action(last)) {
        (true, false) => Some("first"),
        (false, true) => Some("last"),
        _ => None,
    }
}

fn outliers<K: Ord + Copy>(
    scopes: &[Scope],
    hits: &mut Vec<Finding>,
    key: impl Fn(&Scope) -> Option<K>,
    say: impl Fn(&Scope, K, K) -> (String, String),
) {
    let told: Vec<(&Scope, K)> = scopes.iter().filter_map(|scope| Some((scope, key(scope)?))).collect();
    let mut counts: BTreeMap<K, usize> = BTreeMap::new();
    for (_, key) in &told {
        *counts.entry(*key).or_default() += 1;
    }
    let Some((usual, count)) = counts.into_iter().max_by_key(|(_, count)| *count) else { return };
    if count < 3 || count * 4 < told.len() * 3 {
        return;
    }
    for (scope, own) in told.into_iter().filter(|(_, key)| *key != usual) {
        let (why, instead) = say(scope, own, usual);
        let namespace = scope.text.strip_suffix(&scope.bare).unwrap_or("");
        let help = format!("write `{namespace}{instead}`, or state the convention under `[convention]`");
        let message = format!("scope `{}` {why}", scope.text);
        hits.push(Finding::warning(RULE.id, message).help(help).at(scope.place.clone()).about(&*scope.text));
    }
}
