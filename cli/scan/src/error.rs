//! Errors that stop a scan, an export or a build script.

use std::{fmt, path::Path};

use crate::{Report, finding::shortened};

/// The error of a scan or an export that cannot continue.
///
/// A mistake *in* the source is not an `Error` but a [`Finding`](crate::Finding). One broken file never hides the
/// mistakes in others.
pub struct Error {
    kind: ErrorKind,
    message: String,
    help: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    report: Option<Box<Report>>,
}

/// The kind of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A path does not exist or cannot be read.
    Unreadable,
    /// There is no manifest, or it is not usable.
    Manifest,
    /// A requested feature or table does not exist.
    Usage,
    /// The source declares no table and no tool.
    Nothing,
    /// Findings at error level prevent the document. The report has them.
    Findings,
    /// The document violates RFC 9728.
    Document,
    /// A program carries no scope table, or a table that cannot be read.
    Artefact,
    /// The baseline file is malformed.
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

    /// Adds a help text.
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

    /// Adds the findings that were collected before the error.
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

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns the findings that were collected before the error, if any.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        self.report.as_deref()
    }

    /// Returns the help text, if there is one.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

/// Leaves out the report, which holds every file that was read. Cargo prints this form when a build script returns the
/// error.
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
