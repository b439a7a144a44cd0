//! What the client does, and what it is told.

use crate::challenge::Challenges;

use super::{OperationId, Stop, TokenRequest};

/// What the client does next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Action {
    /// Sends the request of the operation, and reports the response by [`StepUp::answered`](super::StepUp::answered).
    Send {
        /// The operation.
        operation: OperationId,
        /// The number of the token to send: that of the newest [`Grant`](super::Grant). `None`: without a token.
        token: Option<u64>,
    },
    /// Requests a token, and reports the result by [`StepUp::obtained`](super::StepUp::obtained).
    Obtain(TokenRequest),
    /// Ends the operation with the response that it has received last.
    Deliver(OperationId),
    /// Ends the operation. Its last response was a refusal.
    Stop(OperationId, Stop),
}

/// A response, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The challenges.
    pub challenges: &'a Challenges,
    /// The number of the token that the request was sent with.
    pub token: Option<u64>,
}

impl Answer<'_> {
    /// Returns whether it may be a refusal for the lack of a token: a 401 or 403 with a challenge for tokens, or a 401 without a challenge. A server
    /// without one may publish metadata at the well-known addresses (MCP 2026-07-28, "Protected Resource Metadata Discovery Requirements").
    pub(crate) fn is_about_tokens(&self) -> bool {
        let has_none = self.challenges.all().is_empty() && self.challenges.faults().is_empty();
        match self.status {
            401 => has_none || self.challenges.for_tokens().is_some(),
            403 => self.challenges.for_tokens().is_some(),
            _ => false,
        }
    }
}
