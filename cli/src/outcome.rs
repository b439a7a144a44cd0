//! How a run ends, as an exit code.

use std::process::ExitCode;

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing is wrong.
    Clean,
    /// Findings at error level, or a document that differs from its source.
    Found,
    /// Wrong usage, or input that cannot be read.
    Failed,
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
