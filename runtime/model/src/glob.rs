//! The comparison of texts with globs: `*` matches any run of characters, `?` one, and every other character itself.
//! [`pattern::glob_syntax`](crate::pattern::glob_syntax) is their syntax.
//!
//! A glob is a list of parts, split at each `*`. The first and the last are anchored, and each of the others is searched for from where the one
//! before it ended. So a comparison takes linear time, except for a search for a part with `?`. A crate that compares often compiles
//! the parts: it implements [`Searched`] with a faster search.

/// A part of a glob: the text between two `*`.
#[derive(Clone, Copy, Debug)]
pub struct Part<'g> {
    text: &'g str,
    has_wildcard: bool,
}

/// A part that finds itself in a text.
pub trait Searched {
    /// Returns the part.
    fn part(&self) -> Part<'_>;

    /// Returns what follows its first occurrence.
    fn find_in<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.part().find_in(text)
    }
}

impl<'g> Part<'g> {
    /// Creates the part with that text.
    #[must_use]
    pub fn new(text: &'g str) -> Self {
        Self { text, has_wildcard: text.contains('?') }
    }

    /// Creates the part with that text, of which it is known whether it has a `?`.
    #[must_use]
    pub const fn known(text: &'g str, has_wildcard: bool) -> Self {
        Self { text, has_wildcard }
    }

    /// Returns whether the part has a `?`.
    #[must_use]
    pub const fn has_wildcard(self) -> bool {
        self.has_wildcard
    }

    /// Returns what follows the part at the beginning of the text.
    fn strip_from(self, text: &str) -> Option<&str> {
        if !self.has_wildcard {
            return text.strip_prefix(self.text);
        }
        let mut rest = text.chars();
        let fits = |wanted| rest.next().is_some_and(|found| fits(wanted, found));
        self.text.chars().all(fits).then_some(rest.as_str())
    }

    /// Returns what follows the first occurrence.
    fn find_in(self, text: &str) -> Option<&str> {
        if !self.has_wildcard {
            return text.split_once(self.text).map(|(_, behind)| behind);
        }
        let mut rest = text.chars();
        loop {
            if let Some(behind) = self.strip_from(rest.as_str()) {
                return Some(behind);
            }
            rest.next()?;
        }
    }

    /// Returns whether the text ends with the part.
    fn ends(self, text: &str) -> bool {
        if !self.has_wildcard {
            return text.ends_with(self.text);
        }
        let mut rest = text.chars();
        self.text.chars().rev().all(|wanted| rest.next_back().is_some_and(|found| fits(wanted, found)))
    }
}

impl Searched for Part<'_> {
    fn part(&self) -> Part<'_> {
        *self
    }
}

fn fits(wanted: char, found: char) -> bool {
    wanted == '?' || wanted == found
}

/// Returns whether a glob matches the whole text.
///
/// ```
/// use mcp_scopes_model::glob::matches;
/// assert!(matches("/etc/*.conf", "/etc/ssh/sshd.conf") && matches("id_?sa", "id_rsa"));
/// assert!(!matches("*.key", "id.keys") && !matches("id_?", "id_"));
/// ```
#[must_use]
pub fn matches(glob: &str, text: &str) -> bool {
    matches_parts(glob.split('*').map(Part::new), text)
}

/// Returns whether a glob with these parts matches the whole text. Without a part, nothing matches.
pub fn matches_parts<P: Searched>(mut parts: impl DoubleEndedIterator<Item = P>, text: &str) -> bool {
    let Some(first) = parts.next() else { return false };
    let Some(rest) = first.part().strip_from(text) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    let mut rest = rest;
    for part in parts {
        match part.find_in(rest) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    last.part().ends(rest)
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::{format, string::String, vec, vec::Vec};

    use super::matches;

    /// Compares character by character, as the definition says.
    fn naive(glob: &[char], text: &[char]) -> bool {
        match glob.split_first() {
            None => text.is_empty(),
            Some((&'*', rest)) => (0..=text.len()).any(|taken| naive(rest, &text[taken..])),
            Some((&one, rest)) => {
                text.split_first().is_some_and(|(&first, behind)| (one == '?' || one == first) && naive(rest, behind))
            }
        }
    }

    fn words(letters: &[char], longest: usize) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut begin = 0;
        for _ in 0..longest {
            let end = words.len();
            for place in begin..end {
                let longer = letters.iter().map(|letter| format!("{}{letter}", words[place]));
                let longer: Vec<_> = longer.collect();
                words.extend(longer);
            }
            begin = end;
        }
        words
    }

    #[test]
    fn matches_oracle_on_all_short_globs_and_texts() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        let texts = words(&['a', 'é'], 5);
        for glob in words(&['a', 'é', '*', '?'], 5) {
            for text in &texts {
                assert_eq!(matches(&glob, text), naive(&chars(&glob), &chars(text)), "{glob:?} {text:?}");
            }
        }
    }

    #[test]
    fn compares_long_texts_with_many_wildcards() {
        let (glob, text) = (format!("{}b", "*a".repeat(200)), "a".repeat(8000));
        assert!(!matches(&glob, &text) && matches(&glob, &format!("{text}b")));
    }
}
