//! The reason why no fix was applied.

/// The reason why no fix was applied.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The input could not be linted.
    Lint(mcp_scopes_scan::Error),
    /// Another problem, with its message and help.
    Other(String, String),
}

impl From<mcp_scopes_scan::Error> for Failure {
    fn from(error: mcp_scopes_scan::Error) -> Self {
        Self::Lint(error)
    }
}

/// Returns the failure for a file that has changed since it was read.
pub(super) fn changed(file: &str) -> Failure {
    let message = format!("`{file}` changed while it was read; nothing was written");
    Failure::Other(message, "try again".to_owned())
}
