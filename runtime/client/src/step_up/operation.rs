//! An operation, and what it waits for.

use crate::{challenge::Authentication, scopes::Scopes};

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
}

impl Operation {
    pub(super) const fn new(label: String, tool: Option<String>) -> Self {
        Self { label, tool, retries: 0, more: 0, has_nonce: false, waits: None, served: Vec::new() }
    }
}

/// What a token must have so that an operation is sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) scopes: Scopes,
    pub(super) authentication: Authentication,
    /// The current token is not accepted at all.
    pub(super) renew: bool,
    /// The address of the metadata that the challenge names.
    pub(super) resource_metadata: Option<String>,
}

impl Need {
    /// Returns whether a token with the same scopes is another one for the server.
    pub(super) const fn renews(&self) -> bool {
        self.renew || !self.authentication.is_any()
    }

    /// Returns whether a token for one of them is a token for the other one.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.scopes == other.scopes && self.authentication == other.authentication && self.renew == other.renew
    }
}
