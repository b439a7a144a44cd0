//! The reason why nothing is planned.

use mcp_scopes_scan::Error;

use crate::{outcome::Outcome, terminal::complain};

/// A message and its help.
#[derive(Debug)]
pub(super) struct Failure {
    message: String,
    help: Option<String>,
}

impl Failure {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Reports it on standard error.
    pub(super) fn report(&self) -> Outcome {
        complain(&self.message, self.help.as_deref());
        Outcome::Failed
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { message: error.to_string(), help: error.advice().map(str::to_owned) }
    }
}
