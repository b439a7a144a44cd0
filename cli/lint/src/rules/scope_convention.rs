use std::collections::BTreeSet;

use crate::{
    lint_model::{Scope, Table},
    name_tokens::is_action,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "scope-convention",
    category: Naming,
    level: Warn,
    summary: "scope that does not follow the configured convention",
    reason: "users rely on one form to tell what a scope does and to what",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let Some(convention) = &table.convention else { return };
    let form = &convention.form.value;
    let names: BTreeSet<&str> = table.tools.iter().map(|listed| listed.tool.name.value.as_str()).collect();
    let contents: BTreeSet<&str> = table.content_scopes().collect();
    let pattern = convention.pattern.as_deref().unwrap_or("*");
    for scope in &table.scopes {
        let broken = match form.as_str() {
            "tool-name" if names.contains(scope.bare.as_str()) => None,
            // No tool could have its name.
            "tool-name" if scope.needed_by.is_empty() && contents.contains(scope.text.as_str()) => None,
            "tool-name" => Some(("is not the name of a tool of this table".to_owned(), tool_name(table, scope))),
            "resource:action" => parts(&scope.bare, ':', true),
            "action:resource" => parts(&scope.bare, ':', false),
            "dotted" => dotted(&scope.bare),
            _ if matches(pattern, &scope.bare) => None,
            _ => Some((format!("does not match `{pattern}`"), String::new())),
        };
        if let Some((why, example)) = broken {
            let message = format!("scope `{}` {why}; the convention is `{form}`", scope.text);
            let help = match example.as_str() {
                "" => "rename the scope, or set another convention under `[convention]`".to_owned(),
                example => {
                    format!("write `{}{example}`, or set another convention under `[convention]`", namespace(scope))
                }
            };
            reporter.report(message).at(&scope.place).about(&*scope.text).help(help);
        }
    }
}

fn namespace(scope: &Scope) -> &str {
    scope.text.strip_suffix(&scope.bare).unwrap_or("")
}

fn tool_name(table: &Table, scope: &Scope) -> String {
    match scope.needed_by.as_slice() {
        [only] => table.tools_at(&[*only]).map(|tool| tool.name.value.clone()).collect(),
        _ => String::new(),
    }
}

/// Returns why a scope does not consist of parts with an action at the required end, and a suggestion.
fn parts(scope: &str, separator: char, last: bool) -> Option<(String, String)> {
    let parts: Vec<&str> = scope.split(separator).collect();
    let [first, .., end] = parts.as_slice() else {
        return Some((format!("has no `{separator}`"), String::new()));
    };
    if parts.iter().any(|part| part.is_empty()) {
        return Some(("has an empty part".to_owned(), String::new()));
    }
    let (action, other) = if last { (end, first) } else { (first, end) };
    if is_action(action) || !is_action(other) {
        return None;
    }
    let swapped = if parts.len() == 2 { format!("{end}{separator}{first}") } else { String::new() };
    let place = if last { "ends" } else { "begins" };
    Some((format!("{place} with `{action}`, which is not an action"), swapped))
}

fn dotted(scope: &str) -> Option<(String, String)> {
    if let Some(other) = [':', '/'].into_iter().find(|other| scope.contains(*other)) {
        return Some((format!("contains `{other}`"), scope.replace([':', '/'], ".")));
    }
    let parts = scope.split('.').count();
    let empty = scope.split('.').any(str::is_empty);
    (parts < 2 || empty).then(|| (if empty { "has an empty part" } else { "has no `.`" }.to_owned(), String::new()))
}

/// Returns whether a text matches a glob. `*` matches any run of characters, `?` matches one.
fn matches(glob: &str, text: &str) -> bool {
    let (glob, text): (Vec<char>, Vec<char>) = (glob.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    // Position of the last `*`, and the length of the text that it matches so far.
    let mut star = None;
    while from < text.len() {
        match glob.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some('?') => (at, from) = (at + 1, from + 1),
            Some(character) if text.get(from) == Some(character) => (at, from) = (at + 1, from + 1),
            _ => match &mut star {
                Some((back, taken)) => {
                    *taken += 1;
                    (at, from) = (*back + 1, *taken);
                }
                None => return false,
            },
        }
    }
    glob.iter().skip(at).all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::{dotted, matches, parts};

    #[test]
    fn checks_the_form_of_conventions() {
        for (scope, last, fits) in [
            ("files:read", true, true),
            ("read:files", true, false),
            ("read:files", false, true),
            ("files:read", false, false),
            ("shell:spawn", true, true),
            ("repo:issues:read", true, true),
            ("files", true, false),
            ("files:", true, false),
        ] {
            assert_eq!(parts(scope, ':', last).is_none(), fits, "{scope} {last}");
        }
        assert!(dotted("files.read").is_none());
        for scope in ["files", "files:read", "files..read"] {
            assert!(dotted(scope).is_some(), "{scope}");
        }
    }

    #[test]
    fn matches_globs() {
        for (glob, text, fits) in [
            ("*", "", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("svc-?:read", "svc-1:read", true),
            ("svc-?:read", "svc-:read", false),
            ("a", "b", false),
            ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ] {
            assert_eq!(matches(glob, text), fits, "{glob} {text}");
        }
    }
}
