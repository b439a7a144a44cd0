use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use mcp_scopes_model::nearest::distance;

use crate::{
    fixes,
    lint_model::{Scope, Table},
    name_tokens::{is_action, name_tokens},
    reporter::Reporter,
    rule::{Rule, rule},
};

/// In shorter words, one different letter makes a different word.
const LONG: usize = 5;
/// Longer scopes are skipped. People do not type them, and each letter costs a copy of the scope.
const TOO_LONG: usize = 200;

pub(super) const RULE: Rule = rule! {
    id: "near-duplicate-scope",
    category: Naming,
    level: Warn,
    summary: "scopes that differ only in spelling",
    reason: "one of the two is usually a misspelling, so callers that hold the other one are denied",
    check: table(check),
};

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let names: HashSet<&str> = table.tools.iter().map(|listed| listed.tool.name.value.as_str()).collect();
    let mut seen: BTreeMap<Vec<String>, &Scope> = BTreeMap::new();
    let mut others = Others::default();
    for scope in &table.scopes {
        let is_name = names.contains(scope.bare.as_str());
        let parts: Vec<String> = name_tokens(&scope.bare).iter().map(|word| singular(word)).collect();
        let mut key = parts.clone();
        key.sort();
        if let Some(first) = seen.get(&key) {
            report(table, (first, scope), "differ only in case, separators, plural or order", reporter);
            continue;
        }
        if !is_name && let Some(first) = others.slip_of(&parts) {
            report(table, (first, scope), "differ in one letter", reporter);
        }
        seen.insert(key, scope);
        if !is_name {
            others.add(scope, parts);
        }
    }
}

/// The index of a word, the words around it, and the word without one of its letters.
type Clue = (usize, Vec<String>, String);

/// The scopes so far, indexed by what two scopes with one different letter have in common. A comparison of all pairs
/// would take seconds for a document with several thousand scopes.
#[derive(Default)]
struct Others<'s> {
    list: Vec<(&'s Scope, Vec<String>)>,
    by_clue: HashMap<Clue, Vec<usize>>,
}

impl<'s> Others<'s> {
    fn add(&mut self, scope: &'s Scope, parts: Vec<String>) {
        for clue in clues(&parts) {
            self.by_clue.entry(clue).or_default().push(self.list.len());
        }
        self.list.push((scope, parts));
    }

    /// Returns the first scope that these words may be a misspelling of.
    fn slip_of(&self, parts: &[String]) -> Option<&'s Scope> {
        let alike: BTreeSet<usize> =
            clues(parts).filter_map(|clue| self.by_clue.get(&clue)).flatten().copied().collect();
        let mut alike = alike.into_iter().filter_map(|number| self.list.get(number));
        alike.find(|(_, other)| slip(other, parts)).map(|(scope, _)| *scope)
    }
}

/// Returns the clues that words share with all misspellings: one letter added, removed, replaced, or swapped with the
/// next.
fn clues(parts: &[String]) -> impl Iterator<Item = Clue> {
    let short = parts.iter().map(String::len).sum::<usize>() <= TOO_LONG;
    let few = if short { parts } else { &[] };
    let long = few.iter().enumerate().filter(|(_, word)| word.len() >= LONG);
    long.flat_map(move |(place, word)| {
        let around: Vec<String> =
            few.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, word)| word.clone()).collect();
        let without = word.char_indices().map(|(at, letter)| {
            let (head, tail) = word.split_at(at);
            [head, tail.get(letter.len_utf8()..).unwrap_or("")].concat()
        });
        [word.clone()].into_iter().chain(without).map(move |left| (place, around.clone(), left))
    })
}

fn report(table: &Table, (first, second): (&Scope, &Scope), how: &str, reporter: &mut Reporter<'_>) {
    // A declared scope is the correct one. Of two declared scopes, the first is.
    let (meant, slip) =
        if first.declared.is_none() && second.declared.is_some() { (second, first) } else { (first, second) };
    let message = format!("scopes `{}` and `{}` {how}", slip.text, meant.text);
    let help = format!("write `{}` in both places, or give one of them a clearly different name", meant.text);
    let fix = fixes::renamed_scope(table, slip, meant, reporter.sources());
    reporter.report(message).at(&slip.place).about(&*slip.text).help(help).fix(fix);
}

fn singular(word: &str) -> String {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with('s') => stem.to_owned(),
        _ => word.to_owned(),
    }
}

/// Returns whether the words differ only in one letter of one long word.
fn slip(a: &[String], b: &[String]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut different = a.iter().zip(b).filter(|(a, b)| a != b);
    let (Some((a, b)), None) = (different.next(), different.next()) else { return false };
    let long = a.len() >= LONG && b.len() >= LONG && a.len().abs_diff(b.len()) <= 1;
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).collect::<String>();
    long && digits(a) == digits(b) && !(is_action(a) && is_action(b)) && distance(a, b) <= 1
}

#[cfg(test)]
mod tests {
    use super::{clues, singular, slip};

    fn list(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    /// Scopes that differ in one letter share a clue, so the index finds them.
    #[test]
    fn slips_share_a_clue() {
        for (a, b) in [
            ("report read", "repotr read"),
            ("report read", "reports read"),
            ("report read", "eport read"),
            ("read report", "read repart"),
        ] {
            let (a, b) = (list(a), list(b));
            assert!(slip(&a, &b), "{a:?} {b:?}");
            assert!(clues(&a).any(|clue| clues(&b).any(|other| other == clue)), "{a:?} {b:?}");
        }
        assert_eq!(clues(&list("get x")).count() + clues(&["a".repeat(1_000_000)]).count(), 0);
    }

    #[test]
    fn finds_one_different_letter() {
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
