//! Compiled globs. The grammar's `spec.md`, "Globs", specifies them, and [`mcp_scopes_model::glob`] compares.

use std::borrow::Cow;

use mcp_scopes_model::glob::{Part, Searched, matches_parts};
use memchr::memmem::Finder;

/// A glob whose parts were prepared for searches.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    parts: Box<[CompiledPart]>,
}

#[derive(Clone, Debug)]
struct CompiledPart {
    text: Box<str>,
    /// Searches the text. `None` if it has a `?`.
    finder: Option<Finder<'static>>,
}

impl Glob {
    /// Authorities of URLs are compared in lower case.
    pub(crate) fn new(glob: &str) -> Self {
        let glob = &*lower_authority(glob);
        let finder = |text: &str| (!Part::new(text).has_wildcard()).then(|| Finder::new(text).into_owned());
        let part = |text: &str| CompiledPart { text: text.into(), finder: finder(text) };
        Self { parts: glob.split('*').map(part).collect() }
    }

    /// Returns whether the whole text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        matches_parts(self.parts.iter(), text)
    }
}

impl Searched for &CompiledPart {
    fn part(&self) -> Part<'_> {
        Part::known(&self.text, self.finder.is_none())
    }

    fn find_in<'t>(&self, text: &'t str) -> Option<&'t str> {
        match &self.finder {
            Some(finder) => finder.find(text.as_bytes()).and_then(|at| text.get(at + self.text.len()..)),
            None => Searched::find_in(&self.part(), text),
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
