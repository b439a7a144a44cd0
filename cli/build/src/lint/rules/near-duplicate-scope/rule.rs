//! `near-duplicate-scope`: no two scopes that people take for one.

use std::collections::BTreeMap;

use mcp_scopes_model::nearest::distance;

use crate::lint::{
    fixes,
    hits::Hits,
    rule::{Category, Check, EXPERIENCE, Rule, Setting},
    view::{Scope, Table},
    words::{is_action, words},
};

pub(super) const RULE: Rule = Rule {
    id: "near-duplicate-scope",
    category: Category::Naming,
    level: Setting::Warn,
    reason: "of two scopes that look alike one is usually a slip, and its tool stays closed to whoever holds the other",
    section: EXPERIENCE,
    docs: include_str!("docs.md"),
    mirror: None,
    options: &[],
    check: Check::table(check),
};

fn check(table: &Table, hits: &mut Hits<'_>) {
    let names: Vec<&str> = table.tools.iter().map(|listed| listed.tool.name.value.as_str()).collect();
    let mut seen: BTreeMap<Vec<String>, &Scope> = BTreeMap::new();
    let mut others: Vec<(&Scope, Vec<String>)> = Vec::new();
    for scope in &table.scopes {
        let is_name = names.contains(&scope.bare.as_str());
        let parts: Vec<String> = words(&scope.bare).iter().map(|word| singular(word)).collect();
        let mut key = parts.clone();
        key.sort();
        if let Some(first) = seen.get(&key) {
            report(table, (first, scope), "differ only in case, separators, plural or order", hits);
            continue;
        }
        if !is_name && let Some((first, _)) = others.iter().find(|(_, other)| slip(other, &parts)) {
            report(table, (first, scope), "differ in one letter", hits);
        }
        seen.insert(key, scope);
        if !is_name {
            others.push((scope, parts));
        }
    }
}

fn report(table: &Table, (first, second): (&Scope, &Scope), how: &str, hits: &mut Hits<'_>) {
    // What is declared is meant; of two declared ones the first.
    let (meant, slip) =
        if first.declared.is_none() && second.declared.is_some() { (second, first) } else { (first, second) };
    let message = format!("scopes `{}` and `{}` {how}", slip.text, meant.text);
    let help = format!("write `{}` in both places, or give one of them a name of its own", meant.text);
    let fix = fixes::renamed_scope(table, slip, meant, hits.sources());
    hits.report(&slip.place, &*slip.text, message, help).fix = fix;
}

fn singular(word: &str) -> String {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with('s') => stem.to_owned(),
        _ => word.to_owned(),
    }
}

/// Whether the words are the same but for one letter of one long word.
fn slip(a: &[String], b: &[String]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut different = a.iter().zip(b).filter(|(a, b)| a != b);
    let (Some((a, b)), None) = (different.next(), different.next()) else { return false };
    let long = a.len() >= 5 && b.len() >= 5 && a.len().abs_diff(b.len()) <= 1;
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).collect::<String>();
    long && digits(a) == digits(b) && !(is_action(a) && is_action(b)) && distance(a, b) <= 1
}

#[cfg(test)]
mod tests {
    use super::{singular, slip};

    fn list(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn one_letter() {
        for (a, b, near) in [
            ("report read", "repotr read", true),
            ("report read", "report write", false),
            ("get x", "set x", false),
            ("model1 read", "model2 read", false),
            ("start", "stats", false),
            ("report read", "report", false),
        ] {
            assert_eq!(slip(&list(a), &list(b)), near, "{a} {b}");
        }
        assert_eq!([singular("files"), singular("access"), singular("os")], ["file", "access", "os"]);
    }
}
