//! What to change in a file so that a finding goes away.

use std::{ops::Range, sync::Arc};

/// Whether a change can alter what a file means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// It cannot.
    Safe,
    /// It can: a person has to look at it.
    Unsafe,
}

impl Safety {
    /// The word used in every output format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

/// A change that makes a finding go away.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fix {
    /// Whether it can alter what the file means.
    pub safety: Safety,
    /// What it does, in one line: ``remove the member `x` ``.
    pub title: String,
    /// The edits; all of them or none.
    pub edits: Vec<Edit>,
}

/// One stretch of a file and what stands there afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file, as in the finding's place.
    pub file: Arc<str>,
    /// The bytes to replace. Of source files those of the text in [`Report::sources`](crate::Report::sources), which
    /// has no byte order mark and LF for CRLF; of documents and `mcp-scopes.toml` those of the file.
    pub range: Range<usize>,
    /// What stands there instead.
    pub text: String,
}

impl Fix {
    /// A change that cannot alter what the file means.
    #[must_use]
    pub fn safe(title: impl Into<String>) -> Self {
        Self { safety: Safety::Safe, title: title.into(), edits: Vec::new() }
    }

    /// A change that can alter what the file means.
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
