//! Compares call patterns and globs.

use mcp_scopes_model::Pattern;

/// Compares patterns within a fixed budget. A table that exceeds it is hostile.
pub(super) struct Patterns {
    /// Budget left: the product of the lengths of two globs.
    left: usize,
}

impl Patterns {
    /// Creates the budget for one table.
    pub(super) const fn new() -> Self {
        Self { left: 10_000_000 }
    }

    /// Returns whether the first pattern matches every call that the second matches. `false` for a malformed pattern.
    pub(super) fn holds(&mut self, wide: &str, narrow: &str) -> bool {
        let (Ok(wide), Ok(narrow)) = (Pattern::parse(wide), Pattern::parse(narrow)) else { return false };
        match (wide, narrow) {
            (Pattern::Tool { name: a, glob: wide }, Pattern::Tool { name: b, glob: narrow }) => {
                a == b && self.optional_glob_holds(wide, narrow)
            }
            (Pattern::Resource { glob: wide }, Pattern::Resource { glob: narrow }) => {
                self.optional_glob_holds(wide, narrow)
            }
            (Pattern::Prompt { name: wide }, Pattern::Prompt { name: narrow }) => wide.is_none() || wide == narrow,
            (wide, narrow) => wide == narrow,
        }
    }

    fn optional_glob_holds(&mut self, wide: Option<&str>, narrow: Option<&str>) -> bool {
        match (wide, narrow) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(wide), Some(narrow)) => self.glob_holds(wide, narrow),
        }
    }

    /// Returns whether the first glob matches every text that the second matches, as far as the characters show. `*`
    /// also covers the wildcards of the second glob, `?` covers its `?`.
    pub(super) fn glob_holds(&mut self, wide: &str, narrow: &str) -> bool {
        match self.left.checked_sub(wide.len().saturating_mul(narrow.len())) {
            Some(left) => self.left = left,
            None => return wide == narrow,
        }
        glob_holds(wide, narrow)
    }
}

fn glob_holds(wide: &str, narrow: &str) -> bool {
    let wide: Vec<char> = wide.chars().collect();
    let narrow: Vec<char> = narrow.chars().collect();
    // Entry `n` is whether the processed prefix of the first glob covers `n` characters of the second.
    let mut reached = vec![false; narrow.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for character in wide {
        let mut before = false;
        for (place, now) in reached.iter_mut().enumerate() {
            let next = place.checked_sub(1).and_then(|place| narrow.get(place));
            let held = match (character, next) {
                // `*` covers any run, so the prefixes that are already covered stay covered and extend.
                ('*', _) => *now || before,
                (_, None | Some('*')) => false,
                ('?', Some(_)) => before,
                (_, Some(next)) => before && *next == character,
            };
            // `*` continues from its own row, every other character from the previous row.
            let was = std::mem::replace(now, held);
            before = if character == '*' { held } else { was };
        }
    }
    reached.last().is_some_and(|whole| *whole)
}

#[cfg(test)]
mod tests {
    use super::{Patterns, glob_holds};

    #[test]
    fn globs_cover_others() {
        for (wide, narrow, is) in [
            ("*", "a*b?", true),
            ("/etc/*", "/etc/ssl/*", true),
            ("/etc/*", "/etc/passwd", true),
            ("/etc/*", "/etc", false),
            ("/etc/ssl/*", "/etc/*", false),
            ("*.pem", "keys/*.pem", true),
            ("a?c", "abc", true),
            ("a?c", "a?c", true),
            ("a?c", "a*c", false),
            ("abc", "a?c", false),
            ("a*", "a", true),
            ("*a*", "*ba", true),
            ("**", "*", true),
            ("", "a", false),
        ] {
            assert_eq!(glob_holds(wide, narrow), is, "{wide} {narrow}");
        }
        let long = "a".repeat(4_000);
        let mut patterns = Patterns::new();
        assert!(!patterns.glob_holds("*", &long.repeat(3_000)) && patterns.glob_holds(&long, &long));
    }

    #[test]
    fn patterns_cover_others() {
        for (wide, narrow, is) in [
            ("read", "read", true),
            ("read", "read:/etc/*", true),
            ("read:/etc/*", "read", false),
            ("read:*", "write:/etc", false),
            ("read:", "read:/etc", false),
            ("@resource", "@resource:/etc/*", true),
            ("@resource:/etc/*", "@resource:/etc/ssl", true),
            ("@resource:/etc/*", "@resource", false),
            ("@prompt", "@prompt:a", true),
            ("@prompt:*", "@prompt:a", false),
            ("@prompt", "@resource", false),
            ("mail/send", "mail/send", true),
            ("mail/send", "send", false),
        ] {
            assert_eq!(Patterns::new().holds(wide, narrow), is, "{wide} {narrow}");
        }
    }
}
