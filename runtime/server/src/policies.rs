//! Policies in process: what a table states about calls beyond scopes, enforced with sessions in memory.
//!
//! The decision itself is made by `mcp-scopes-policies`. Here the calls of a body become its input, and its decision an answer.
//! A session is what one subject of one issuer does on this server in one environment, whatever client, token, transport session or public
//! name it uses.
//!
//! | what | where |
//! |---|---|
//! | the answer to a denied call | [`PolicyAnswers`] |
//! | approvals | [`ResourceServerBuilder::approval_by_sign_in`](crate::ResourceServerBuilder::approval_by_sign_in), [`Approver`] |
//! | show and reset a session | [`ResourceServer::policy_sessions`](crate::ResourceServer::policy_sessions) |
//!
//! # What the layer cannot see
//!
//! - What a tool reads or writes besides its arguments. `max_file_size_mb` counts `blob` and `data` members in base64 and `data:` URLs
//!   in arguments. A tool that opens files compares their size with [`Caller::max_file_size`](mcp_scopes::Caller::max_file_size).
//! - Paths that a tool makes from parts, and links in a file system. Globs are compared with each string in the arguments.
//! - What a caller does in another program, or as another subject.
//!
//! | module | holds |
//! |---|---|
//! | `engine` | the decision about a body |
//! | `calls` | the calls of a body, as the engine reads them; `arguments` their string values |
//! | `answers` | what a caller is told |
//! | `approver` | [`Approver`] |
//! | `process` | the same without HTTP, where one process is one session |
//! | `sessions` | what an operator sees |

mod answers;
mod approver;
mod arguments;
mod calls;
mod engine;
pub(crate) mod process;
mod sessions;

pub use mcp_scopes_policies::{SessionView, answer::DENIAL_META};

pub use self::{
    answers::PolicyAnswers,
    approver::{ApprovalQuery, Approver, ApproverAnswer},
    sessions::{PolicySessions, SessionHolder},
};
pub(crate) use self::{approver::DynApprover, engine::PolicyEngine};
