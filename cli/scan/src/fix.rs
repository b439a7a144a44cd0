//! Fixes: edits to a file that resolve a finding.

use std::{ops::Range, sync::Arc};

/// Whether a fix can change the meaning of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// The meaning does not change.
    Safe,
    /// The meaning can change, so a person has to review the fix.
    Unsafe,
}

impl Safety {
    /// Returns the name used in every output format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

/// A set of edits that resolves a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fix {
    /// Whether it can change the meaning of the file.
    pub safety: Safety,
    /// Its effect in one line: ``remove the member `x` ``.
    pub title: String,
    /// The edits. All of them are applied, or none.
    pub edits: Vec<Edit>,
}

/// The replacement of one range of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file, as in the finding's place.
    pub file: Arc<str>,
    /// The bytes to replace. For source files, offsets are in the text of [`Report::sources`](crate::Report::sources),
    /// which has no byte order mark and LF for CRLF. For documents and `mcp-scopes.toml`, offsets are in the file
    /// itself.
    pub range: Range<usize>,
    /// The replacement.
    pub text: String,
}

impl Fix {
    /// Creates a fix that does not change the meaning of the file.
    #[must_use]
    pub fn safe(title: impl Into<String>) -> Self {
        Self { safety: Safety::Safe, title: title.into(), edits: Vec::new() }
    }

    /// Creates a fix that can change the meaning of the file.
    #[must_use]
    pub fn risky(title: impl Into<String>) -> Self {
        Self { safety: Safety::Unsafe, ..Self::safe(title) }
    }

    /// Adds an edit.
    #[must_use]
    pub fn edit(mut self, file: &Arc<str>, range: Range<usize>, text: impl Into<String>) -> Self {
        self.edits.push(Edit { file: file.clone(), range, text: text.into() });
        self
    }
}
