//! Why a server could not be examined.

use std::fmt;

/// The server could not be examined at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoctorError {
    message: String,
    help: &'static str,
}

impl DoctorError {
    pub(crate) fn usage(message: impl Into<String>, help: &'static str) -> Self {
        Self { message: message.into(), help }
    }

    /// Returns what to do.
    #[must_use]
    pub fn help(&self) -> &'static str {
        self.help
    }
}

impl fmt::Display for DoctorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DoctorError {}
