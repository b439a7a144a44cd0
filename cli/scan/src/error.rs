//! Why a scan, an export or a build script stopped.

use std::{fmt, path::Path};

use crate::{Report, finding::shortened};

/// Why nothing could be scanned or no document could be made.
///
/// What is wrong *in* the source is no error of this kind but a [`Finding`](crate::Finding): one broken file never
/// hides what is wrong in the others.
pub struct Error {
    kind: ErrorKind,
    message: String,
    help: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    report: Option<Box<Report>>,
}

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A path does not exist or cannot be read.
    Unreadable,
    /// A manifest cannot be used, or there is none.
    Manifest,
    /// What was asked for does not exist: a feature, a table.
    Usage,
    /// The source declares no table and no tool.
    Nothing,
    /// Findings at error level keep the document from being made; they are in the report.
    Findings,
    /// The document itself is refused by RFC 9728.
    Document,
    /// A program carries no scope table, or one that cannot be read.
    Artefact,
    /// The baseline file is none.
    Baseline,
    /// A file cannot be written.
    Unwritable,
}

impl Error {
    /// Returns an error of that kind without help or cause.
    #[doc(hidden)]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: shortened(message.into()), help: None, source: None, report: None }
    }

    /// Adds what to do about it.
    #[doc(hidden)]
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the cause.
    #[doc(hidden)]
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds what was found before the work stopped.
    #[doc(hidden)]
    #[must_use]
    pub fn with(mut self, report: Report) -> Self {
        self.report = Some(Box::new(report));
        self
    }

    /// Returns the error of a file that cannot be read.
    #[doc(hidden)]
    #[must_use]
    pub fn unreadable(path: &Path, error: std::io::Error) -> Self {
        Self::new(ErrorKind::Unreadable, format!("cannot read `{}`: {error}", path.display())).because(error)
    }

    pub(crate) fn unwritable(path: &Path, error: std::io::Error) -> Self {
        Self::new(ErrorKind::Unwritable, format!("cannot write `{}`: {error}", path.display())).because(error)
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What was found before the work stopped, where something was.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        self.report.as_deref()
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

/// Without the report, which holds all that was read: cargo prints this where a build script returns the error.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut error = f.debug_struct("Error");
        error.field("kind", &self.kind).field("message", &self.message);
        if let Some(help) = &self.help {
            error.field("help", help);
        }
        if let Some(source) = &self.source {
            error.field("source", source);
        }
        error.finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
