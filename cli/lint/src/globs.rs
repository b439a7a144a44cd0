//! Compares globs: `*` matches any characters, `?` matches one.

use std::borrow::Cow;

use mcp_scopes_model::content::insensitive_prefix;

/// The URIs about which the entry with a glob decides, as the server compares them (`spec.md`, "Resources and prompts"): in
/// [one case](in_one_case), with or without a trailing slash, and without fragment or query.
pub(crate) struct Decided {
    /// Globs that together match these URIs, the one of the entry first.
    forms: Vec<String>,
}

impl Decided {
    pub(crate) fn by(glob: &str) -> Self {
        let glob = in_one_case(glob);
        let start = glob.trim_end_matches('*');
        let mut forms = vec![glob.clone().into_owned()];
        forms.extend(without_slash(start));
        // A star matches the slash.
        if start.len() == glob.len() && !start.ends_with('/') {
            forms.push(format!("{glob}/"));
        }
        // A glob has no literal `?`, so `#` begins what is behind the path as well as a query does.
        let behind = forms.iter().filter(|form| !form.ends_with('*')).map(|form| format!("{form}#*"));
        let behind: Vec<String> = behind.collect();
        forms.extend(behind);
        Self { forms }
    }

    /// Returns whether both entries decide about some URI. `budget` is the number of steps that are left; without any, the answer is
    /// `false`.
    pub(crate) fn overlaps(&self, other: &Self, budget: &mut usize) -> bool {
        self.forms.iter().any(|one| other.forms.iter().any(|other| may_overlap(one, other, budget)))
    }

    /// Returns whether there is no URI that both entries decide about. Without enough steps, the answer is `false`.
    pub(crate) fn is_apart(&self, other: &Self, budget: &mut usize) -> bool {
        let size = |decided: &Self| decided.forms.iter().map(|form| form.len() + 1).fold(0, usize::saturating_add);
        let Some(left) = budget.checked_sub(size(self).saturating_mul(size(other))) else { return false };
        *budget = left;
        !self.overlaps(other, &mut usize::MAX.clone())
    }

    /// Returns whether the entry decides about each URI that matches the glob of the other one.
    pub(crate) fn includes(&self, other: &Self) -> bool {
        let Some(glob) = other.forms.first() else { return false };
        self.forms.iter().any(|form| covers(form, glob))
    }
}

/// Returns a glob with scheme and authority in lowercase.
fn in_one_case(glob: &str) -> Cow<'_, str> {
    let (prefix, path) = glob.split_at_checked(insensitive_prefix(glob)).unwrap_or((glob, ""));
    if prefix.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned([&prefix.to_ascii_lowercase(), path].concat())
    } else {
        Cow::Borrowed(glob)
    }
}

/// Returns a glob without its trailing slash, which `?` matches too. The slashes before an authority are kept.
fn without_slash(glob: &str) -> Option<String> {
    glob.strip_suffix(['/', '?']).filter(|before| !before.ends_with('/')).map(str::to_owned)
}

/// Returns whether some text matches both globs.
fn may_overlap(one: &str, other: &str, budget: &mut usize) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if literal_ends_differ(&one, &other) {
        return false;
    }
    let Some(left) = budget.checked_sub((one.len() + 1).saturating_mul(other.len() + 1)) else { return false };
    *budget = left;
    // `reached[at]`: whether some text matches the read part of `one` and the first `at` parts of `other`.
    let mut reached = vec![false; other.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    skip_stars(&mut reached, &other);
    for part in &one {
        let mut next = vec![false; reached.len()];
        for (at, is_reached) in reached.iter().enumerate() {
            if !is_reached {
                continue;
            }
            let there = other.get(at);
            let mut reach = |at: usize| next.get_mut(at).into_iter().for_each(|place| *place = true);
            match (*part, there) {
                // A star matches nothing, or the rest of the other glob step by step.
                ('*', _) => (at..=other.len()).for_each(reach),
                (_, Some('*')) => reach(at),
                ('?', Some(_)) | (_, Some('?')) => reach(at + 1),
                (letter, Some(there)) if letter == *there => reach(at + 1),
                _ => {}
            }
        }
        reached = next;
        skip_stars(&mut reached, &other);
    }
    reached.last().copied().unwrap_or_default()
}

/// Marks what follows a star as reached, since a star may match nothing.
fn skip_stars(reached: &mut [bool], glob: &[char]) {
    for at in 0..glob.len() {
        if reached.get(at) == Some(&true) && glob.get(at) == Some(&'*') {
            reached.get_mut(at + 1).into_iter().for_each(|place| *place = true);
        }
    }
}

/// Returns whether every text that matches `inner` matches `outer`.
#[must_use]
pub fn covers(outer: &str, inner: &str) -> bool {
    let (outer, inner): (Vec<char>, Vec<char>) = (outer.chars().collect(), inner.chars().collect());
    let (mut at, mut from) = (0, 0);
    // The last star of `outer`, and where the part that it matches ends.
    let mut star = None;
    while let Some(part) = inner.get(from) {
        match outer.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some('?') if *part != '*' => (at, from) = (at + 1, from + 1),
            Some(letter) if letter == part && *letter != '?' => (at, from) = (at + 1, from + 1),
            _ => match &mut star {
                Some((back, taken)) => {
                    *taken += 1;
                    (at, from) = (*back + 1, *taken);
                }
                None => return false,
            },
        }
    }
    outer.iter().skip(at).all(|rest| *rest == '*')
}

/// Returns whether the globs begin or end with different literal texts. It is fast, and true for most pairs.
fn literal_ends_differ(one: &[char], other: &[char]) -> bool {
    let literal = |letter: &&char| !matches!(letter, '*' | '?');
    let starts = one.iter().take_while(literal).zip(other.iter().take_while(literal));
    let ends = one.iter().rev().take_while(literal).zip(other.iter().rev().take_while(literal));
    starts.chain(ends).any(|(one, other)| one != other)
}

#[cfg(test)]
mod tests {
    use super::{Decided, covers, in_one_case, may_overlap};

    /// Returns every text of these letters up to that length.
    fn texts(letters: &str, most: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..most {
            last = last.iter().flat_map(|text| letters.chars().map(move |letter| format!("{text}{letter}"))).collect();
            all.extend(last.clone());
        }
        all
    }

    fn matches(glob: &[u8], text: &[u8]) -> bool {
        match (glob, text) {
            ([], _) => text.is_empty(),
            ([b'*', rest @ ..], _) => (0..=text.len()).any(|from| matches(rest, &text[from..])),
            ([b'?', rest @ ..], [_, text @ ..]) => matches(rest, text),
            ([letter, rest @ ..], [first, text @ ..]) => letter == first && matches(rest, text),
            _ => false,
        }
    }

    #[test]
    fn matches_oracle_for_all_short_globs() {
        let (globs, texts) = (texts("ab*?", 3), texts("abc", 6));
        for one in &globs {
            for other in &globs {
                let both = |text: &&String| {
                    matches(one.as_bytes(), text.as_bytes()) && matches(other.as_bytes(), text.as_bytes())
                };
                let overlap = texts.iter().any(|text| both(&text));
                assert_eq!(may_overlap(one, other, &mut usize::MAX.clone()), overlap, "{one} {other}");
                let is_covered =
                    texts.iter().filter(|text| matches(other.as_bytes(), text.as_bytes())).all(|text| both(&text));
                // It may miss that a glob with `?` and `*` is covered, and never finds what is not.
                assert!(!covers(one, other) || is_covered, "{one} {other}");
            }
        }
        for (outer, inner) in
            [("app://*", "app://h/*"), ("app://h/*", "app://h/logs/a?c"), ("*", "a*b"), ("a?c", "abc")]
        {
            assert!(covers(outer, inner) && !covers(inner, outer), "{outer} {inner}");
        }
        assert!(!may_overlap("a*", "*b", &mut 3), "the budget is spent");
        let is_apart =
            |one: &str, other: &str, mut budget: usize| Decided::by(one).is_apart(&Decided::by(other), &mut budget);
        assert!(is_apart("a:b*", "a:c*", 1000) && !is_apart("a:b*", "a:*", 1000) && !is_apart("a:b*", "a:c*", 3));
    }

    #[test]
    fn compares_scheme_and_authority_case_insensitively() {
        for (glob, expected) in [
            ("App://Host/A*", "app://host/A*"),
            ("APP:A", "app:A"),
            ("*", "*"),
            ("app://h/A", "app://h/A"),
            ("A*", "A*"),
        ] {
            assert_eq!(in_one_case(glob), expected);
        }
    }

    /// The rule of the server, on all short texts: a form of a URI matches, with or without a trailing slash.
    #[test]
    fn matches_oracle_for_other_ends_and_what_is_behind_the_path() {
        let decides = |glob: &str, uri: &str| {
            let before = |delimiters: &[char]| uri.split(delimiters).next().unwrap();
            [uri, before(&['#']), before(&['?', '#'])].iter().any(|form| {
                let other = form.strip_suffix('/').map_or_else(|| format!("{form}/"), str::to_owned);
                [*form, &*other].iter().any(|form| matches(glob.as_bytes(), form.as_bytes()))
            })
        };
        let uris: Vec<String> = texts("a/?#", 5).into_iter().filter(|uri| !uri.contains("//")).collect();
        let globs = texts("ab/*?", 3).into_iter().filter(|glob| glob.starts_with('a') && !glob.contains("//"));
        let globs: Vec<(String, Decided, Vec<bool>)> = globs
            .map(|glob| {
                let matching = uris.iter().map(|uri| decides(&glob, uri)).collect();
                (glob.clone(), Decided::by(&glob), matching)
            })
            .collect();
        for (one, of_one, by_one) in &globs {
            for (other, of_other, by_other) in &globs {
                let expected = by_one.iter().zip(by_other).any(|(one, other)| *one && *other);
                let found = of_one.overlaps(of_other, &mut usize::MAX.clone());
                assert!(found || !expected, "{one} {other}");
                // URIs with `b` are not among the texts, and `?` can match a slash beside another one, which no URI has.
                let is_exact = !one.contains(['b', '?']) && !other.contains(['b', '?']);
                assert!(!found || expected || !is_exact, "{one} {other}");
            }
        }
    }
}
