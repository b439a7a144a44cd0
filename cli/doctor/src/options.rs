//! What a run is allowed to do.

use std::{path::PathBuf, time::Duration};

use mcp_scopes_lint::Documents;

use crate::token::Tokens;

/// How much a run may send.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests a second. `None`: five, and any number on this machine.
    pub rate: Option<f64>,
    /// The time to wait until the server accepts connections.
    pub wait: Duration,
    /// The time for one request and its answer.
    pub timeout: Duration,
    /// The number of requests in all.
    pub max_requests: usize,
    /// The time for the run. It is compared before each request.
    pub max_time: Duration,
    /// The size of all answers together, in bytes. They are kept until they are judged.
    pub max_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rate: None,
            wait: Duration::from_secs(5),
            timeout: Duration::from_secs(10),
            max_requests: 1000,
            max_time: Duration::from_secs(900),
            max_bytes: 64 << 20,
        }
    }
}

/// The settings of a run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The URL of the MCP endpoint.
    pub url: String,
    /// The tokens that the user gives.
    pub tokens: Tokens,
    /// Whether tools with a read-only hint may be called, and listed resources read.
    pub call: bool,
    /// Further tools that may be called.
    pub call_tools: Vec<String>,
    /// Whether the fixture of the official conformance suite is called with its two tokens.
    pub conformance: bool,
    /// The folder for requests and answers.
    pub record: Option<PathBuf>,
    /// How much may be sent.
    pub limits: Limits,
    /// Whether tokens may be sent over plain http to another machine.
    pub allow_http: bool,
    /// The levels of rules, and the settings for documents.
    pub documents: Documents,
}

impl Options {
    /// Creates the settings for a server: no tokens, no calls.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    /// Returns whether a tool may be called.
    pub(crate) fn may_call(&self, tool: &str, is_read_only: bool) -> bool {
        (self.call && is_read_only) || self.call_tools.iter().any(|named| named == tool)
    }

    /// Returns whether some tool may be called.
    pub(crate) fn calls(&self) -> bool {
        self.call || !self.call_tools.is_empty()
    }
}
