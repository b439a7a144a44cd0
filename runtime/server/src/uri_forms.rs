//! The forms of a URI that globs are compared with (`spec.md`, "Which forms of an argument are compared"), and the comparison.

use std::borrow::Cow;

/// The maximum length of a URI in bytes. The comparison with globs takes time that grows with it.
const MAX_LEN: usize = 8 << 10;
/// The maximum number of rounds of decoding.
const ROUNDS: usize = 4;

/// The forms of a URI.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UriForms<'u> {
    /// As sent.
    pub(super) sent: &'u str,
    pub(super) normal: String,
}

impl<'u> UriForms<'u> {
    /// Returns the forms, or `None` if the URI has no normal form or is too long.
    pub(super) fn of(uri: &'u str) -> Option<Self> {
        if uri.len() > MAX_LEN {
            return None;
        }
        let decoded = decoded(uri)?.replace('\\', "/");
        let (authority, path) = split(&decoded);
        let normal = [&*authority, &resolved(&path, !authority.is_empty())].concat();
        Some(Self { sent: uri, normal })
    }

    /// Returns the normal form without its trailing slash, if it has one and more than that.
    pub(super) fn without_slash(&self) -> Option<&str> {
        self.normal.strip_suffix('/').filter(|rest| !rest.is_empty())
    }
}

/// Step 1: controls and escapes.
fn decoded(uri: &str) -> Option<String> {
    let mut text = uri.to_owned();
    for _ in 0..=ROUNDS {
        if text.contains('\0') {
            return None;
        }
        let next = String::from_utf8(unescaped(text.bytes().filter(|byte| !byte.is_ascii_control()).collect())).ok()?;
        if next == text {
            return Some(text);
        }
        text = next;
    }
    None
}

/// Decodes each percent escape once.
fn unescaped(bytes: Vec<u8>) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    while let [first, tail @ ..] = rest {
        let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match (first, tail) {
            (b'%', [high, low, behind @ ..]) if digit(high).is_some() && digit(low).is_some() => {
                out.push(digit(high).unwrap_or_default() << 4 | digit(low).unwrap_or_default());
                rest = behind;
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

/// Step 3: returns the scheme with the authority, in lowercase, and the path.
fn split(text: &str) -> (String, Cow<'_, str>) {
    let whole = (String::new(), Cow::Borrowed(text));
    let Some((scheme, rest)) = text.split_once(':') else { return whole };
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
    if scheme.len() < 2
        || !scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        || !scheme.chars().all(is_part)
    {
        return whole;
    }
    let slashes = rest.len() - rest.trim_start_matches('/').len();
    let behind_slashes = rest.get(2..).unwrap_or_default();
    if scheme.eq_ignore_ascii_case("file") && slashes > 0 {
        // An authority follows exactly two slashes.
        let path = match slashes {
            2 => behind_slashes.find('/').and_then(|at| behind_slashes.get(at..)).unwrap_or_default(),
            _ => rest,
        };
        return (String::new(), Cow::Owned(["/", path].concat()));
    }
    if slashes < 2 {
        return whole;
    }
    let (authority, path) = behind_slashes.split_at(behind_slashes.find('/').unwrap_or(behind_slashes.len()));
    ([scheme, "://", authority].concat().to_lowercase(), Cow::Borrowed(path))
}

/// Steps 4 and 5: slashes and segments.
fn resolved(path: &str, is_url: bool) -> String {
    if !path.contains('/') {
        return path.to_owned();
    }
    let mut is_absolute = is_url || path.starts_with('/');
    let (mut kept, mut is_folder) = (Vec::new(), false);
    for segment in path.split('/') {
        is_folder = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." => is_absolute |= kept.pop().is_none(),
            segment => kept.push(segment),
        }
    }
    if kept.is_empty() {
        return "/".to_owned();
    }
    [if is_absolute { "/" } else { "" }, &kept.join("/"), if is_folder { "/" } else { "" }].concat()
}

/// Returns whether a glob matches the whole text: `*` any run of characters, `?` one.
pub(super) fn glob_matches(glob: &str, text: &str) -> bool {
    let (mut glob, mut text) = (glob.chars(), text.chars());
    // After the last `*`: the rest of the glob, and the text that it was last tried with.
    let mut retry: Option<(core::str::Chars<'_>, core::str::Chars<'_>)> = None;
    loop {
        let before_text = text.clone();
        match (glob.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                text = before_text;
                retry = Some((glob.clone(), text.clone()));
            }
            (Some('?'), Some(_)) => {}
            (Some(one), Some(other)) if one == other => {}
            _ => {
                // `*` takes one more character.
                let Some((after_star, tried)) = &mut retry else { return false };
                if tried.next().is_none() {
                    return false;
                }
                (glob, text) = (after_star.clone(), tried.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{UriForms, glob_matches};

    /// The table of `spec.md`, for arguments that are one text.
    #[test]
    fn matches_the_table_of_the_specification() {
        let mut rows = 0;
        for line in include_str!("../../../macros/grammar/patterns.tsv").lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let (Some((tool, glob)), arguments) = (columns[0].split_once(':'), columns[2]) else { continue };
            let arguments: Value = serde_json::from_str(arguments).unwrap();
            let members: Vec<&Value> = arguments.as_object().unwrap().values().collect();
            let [Value::String(text)] = members[..] else { continue };
            let matches = UriForms::of(text).is_none_or(|forms| {
                let shorter = forms.without_slash();
                [Some(text.as_str()), Some(&forms.normal), shorter]
                    .into_iter()
                    .flatten()
                    .any(|form| glob_matches(glob, form))
            });
            assert_eq!(if matches && tool == columns[1] { "yes" } else { "no" }, columns[3], "{line}");
            rows += 1;
        }
        assert!(rows > 60, "{rows}");
    }

    #[test]
    fn has_no_form_for_long_or_undecodable_uris() {
        for uri in ["logs://%00", "logs://a\0", "logs://%c0%af", "logs://%25252525252541", &"a".repeat(9000)] {
            assert_eq!(UriForms::of(uri), None, "{uri}");
        }
    }

    #[test]
    fn compares_long_texts_with_many_wildcards() {
        let (glob, text) = (format!("{}b", "*a".repeat(200)), "a".repeat(8000));
        assert!(!glob_matches(&glob, &text) && glob_matches(&glob, &format!("{text}b")));
    }
}
