//! The prefix that most scopes have in common, which the page abbreviates.

use std::collections::BTreeMap;

/// Minimum number of characters of a prefix that is worth an abbreviation: `https://`, and a little more.
const LEAST: usize = 12;
/// The characters after which a prefix may end.
const SEPARATORS: [char; 3] = ['/', ':', '.'];

/// Returns the prefix whose abbreviation saves the most characters. It ends with a separator, more than half of the
/// names have it, and none of them ends with it.
pub(super) fn common<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let mut all = 0;
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for name in names {
        all += 1;
        for (place, separator) in name.match_indices(SEPARATORS) {
            let (prefix, rest) = name.split_at(place + separator.len());
            if prefix.len() >= LEAST && !rest.is_empty() {
                *found.entry(prefix).or_default() += 1;
            }
        }
    }
    let most = found.into_iter().filter(|(_, count)| *count >= 2 && count * 2 > all);
    most.max_by_key(|(prefix, count)| prefix.len() * count).map(|(prefix, _)| prefix.to_owned())
}

#[cfg(test)]
mod tests {
    use super::common;

    #[test]
    fn returns_the_prefix_that_saves_most() {
        let of = |names: &[&str]| common(names.iter().copied());
        let google = ["https://www.example.com/auth/mail.read", "https://www.example.com/auth/mail.send"];
        assert_eq!(of(&google).as_deref(), Some("https://www.example.com/auth/mail."));
        let mixed = [google[0], "https://www.example.com/auth/drive", "openid"];
        assert_eq!(of(&mixed).as_deref(), Some("https://www.example.com/auth/"));
        assert_eq!(of(&["api://2f/Files.Read", "api://2f/Mail.Read"]), None, "the common part is short");
        assert_eq!(of(&["api://0123456789/Files.Read"]), None, "one scope has nothing in common");
        assert_eq!(of(&["https://a.example.com/x", "openid", "email"]), None, "most scopes differ");
        assert_eq!(of(&["com.example.tools.", "com.example.tools.b"]).as_deref(), Some("com.example."));
        assert_eq!(of(&[]), None);
    }
}
