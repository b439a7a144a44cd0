//! Approval by elicitation: the client asks its user, and repeats the call with the answer (MCP 2026-07-28, "Multi Round-Trip Requests",
//! "Elicitation").
//!
//! The layer keeps nothing while the user decides. All that the approval is about is sealed in the `requestState` that the client
//! returns, and the store of sessions keeps which approvals were used. The client can lie about the answer, so this form never
//! satisfies `requires_human_review`.
//!
//! | module | holds |
//! |---|---|
//! | `question` | what the user is asked; `displayed` in which characters |
//! | `state` | the sealed `requestState` |
//! | `answer` | what the client answers |
//! | `body` | the body without question and answer, as the tool receives it |

pub(super) mod answer;
mod body;
mod displayed;
pub(super) mod question;
pub(super) mod state;

pub(super) use self::body::without_answer;
pub(crate) use self::state::Elicitation;

/// The name of the question among the `inputRequests`, and of its answer among the `inputResponses`. The prefix is ours: no standard
/// defines it.
pub(super) const QUESTION: &str = "io.github.mcp-scopes/approval";
