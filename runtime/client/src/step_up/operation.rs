//! An operation that has not ended.

use super::{Way, need::Need};

/// An operation that has not ended.
#[derive(Debug)]
pub(super) struct Operation {
    /// What it does: a refusal is remembered for it.
    pub(super) label: String,
    pub(super) tool: Option<String>,
    pub(super) retries: u8,
    /// The requests that it has caused, beside its first.
    pub(super) more: u8,
    /// Whether it was sent again with a nonce.
    pub(super) has_nonce: bool,
    /// What it waits for: a token that covers this.
    pub(super) waits: Option<Need>,
    /// What it has received tokens for.
    pub(super) served: Vec<Need>,
    /// The ways by which these were obtained.
    pub(super) ways: Vec<Way>,
}

impl Operation {
    pub(super) const fn new(label: String, tool: Option<String>) -> Self {
        Self { label, tool, retries: 0, more: 0, has_nonce: false, waits: None, served: Vec::new(), ways: Vec::new() }
    }
}
