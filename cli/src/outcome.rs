//! The result of a run, as an exit code.

use std::process::ExitCode;

/// The result of a run, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Success.
    Clean,
    /// Findings at error level, or a document that differs from its source.
    Found,
    /// Wrong usage, or unreadable input.
    Failed,
}

impl Outcome {
    /// Returns the outcome of the next step, if this one succeeded.
    pub(crate) fn and(self, next: impl FnOnce() -> Self) -> Self {
        if self == Self::Clean { next() } else { self }
    }

    /// Returns [`Outcome::Found`] for a successful run that has found something.
    pub(crate) fn and_found(self, found: bool) -> Self {
        if self == Self::Clean && found { Self::Found } else { self }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Clean => Self::from(0),
            Outcome::Found => Self::from(1),
            Outcome::Failed => Self::from(2),
        }
    }
}
