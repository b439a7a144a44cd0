//! Compares globs: `*` matches any characters, `?` matches one.

/// Returns whether some text matches both globs. `budget` is the number of steps that are left; without any, the answer is `false`.
pub(crate) fn may_overlap(one: &str, other: &str, budget: &mut usize) -> bool {
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
pub(crate) fn covers(outer: &str, inner: &str) -> bool {
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
    use super::{covers, may_overlap};

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
    }
}
