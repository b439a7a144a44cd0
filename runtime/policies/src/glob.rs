//! Globs, split at their `*` when the rules are compiled. The grammar's `spec.md`, "Globs", specifies them.

use std::borrow::Cow;

use memchr::memmem::Finder;

/// A compiled glob. Matching takes linear time in the text, since each part is searched from where the last one ended.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    /// The parts between the `*`. The first and the last are anchored.
    parts: Box<[Part]>,
}

/// A run without `*`.
#[derive(Clone, Debug)]
struct Part {
    text: Box<str>,
    /// Searches the text. `None` if it has a `?`.
    finder: Option<Finder<'static>>,
}

impl Glob {
    /// Authorities of URLs are compared in lower case.
    pub(crate) fn new(glob: &str) -> Self {
        let glob = &*lower_authority(glob);
        let finder = |text: &str| (!text.contains('?')).then(|| Finder::new(text).into_owned());
        let part = |text: &str| Part { text: text.into(), finder: finder(text) };
        Self { parts: glob.split('*').map(part).collect() }
    }

    /// Returns whether the whole text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        match &*self.parts {
            [] => false,
            [only] => only.strip_from(text) == Some(""),
            [first, middle @ .., last] => {
                let Some(mut rest) = first.strip_from(text) else { return false };
                for part in middle {
                    match part.find_in(rest) {
                        Some(behind) => rest = behind,
                        None => return false,
                    }
                }
                last.ends(rest)
            }
        }
    }
}

/// Returns a glob with its authority in lower case, if it begins with a scheme other than `file`, of whose URLs the path alone is compared. Every
/// text that such a glob can match is a URL.
fn lower_authority(glob: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = glob.split_once("://") else { return Cow::Borrowed(glob) };
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
    let is_scheme =
        scheme.len() > 1 && scheme.starts_with(|c: char| c.is_ascii_lowercase()) && scheme.bytes().all(known);
    let (authority, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or((rest, ""));
    if !is_scheme
        || scheme == "file"
        || !authority.is_ascii()
        || !authority.bytes().any(|byte| byte.is_ascii_uppercase())
    {
        return Cow::Borrowed(glob);
    }
    Cow::Owned(format!("{scheme}://{}{path}", authority.to_ascii_lowercase()))
}

impl Part {
    /// Returns what follows the part at the beginning of the text.
    fn strip_from<'t>(&self, text: &'t str) -> Option<&'t str> {
        if self.finder.is_some() {
            return text.strip_prefix(&*self.text);
        }
        let mut rest = text.chars();
        self.text.chars().all(|wanted| rest.next().is_some_and(|found| fits(wanted, found))).then_some(rest.as_str())
    }

    /// Returns what follows the first occurrence.
    fn find_in<'t>(&self, text: &'t str) -> Option<&'t str> {
        if let Some(finder) = &self.finder {
            return finder.find(text.as_bytes()).and_then(|at| text.get(at + self.text.len()..));
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
    fn ends(&self, text: &str) -> bool {
        if self.finder.is_some() {
            return text.ends_with(&*self.text);
        }
        let mut rest = text.chars();
        self.text.chars().rev().all(|wanted| rest.next_back().is_some_and(|found| fits(wanted, found)))
    }
}

fn fits(wanted: char, found: char) -> bool {
    wanted == '?' || wanted == found
}
