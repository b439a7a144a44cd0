//! Policies in process: what a table states about calls beyond scopes, enforced with sessions in memory or in a store that replicas share.
//!
//! The decision itself is made by `mcp-scopes-policies`. Here the calls of a body become its input, and its decision an answer.
//! A session is what one subject of one issuer does on this server in one environment, whatever client, token, transport session or public
//! name it uses.
//!
//! | what | where |
//! |---|---|
//! | the answer to a denied call | [`PolicyAnswers`] |
//! | approvals | [`ResourceServerBuilder::approval_by_elicitation`](crate::ResourceServerBuilder::approval_by_elicitation), [`ResourceServerBuilder::approval_by_sign_in`](crate::ResourceServerBuilder::approval_by_sign_in), [`Approver`] |
//! | sessions that replicas share | [`ResourceServerBuilder::policy_store`](crate::ResourceServerBuilder::policy_store) (feature `redis`) |
//! | show and reset a session | [`ResourceServer::policy_sessions`](crate::ResourceServer::policy_sessions) |
//!
//! # Replicas
//!
//! Sessions are in memory by default, and end with the process. With the feature `redis` all replicas of a server share them in Redis or Valkey:
//!
//! ```no_run
//! # #[cfg(feature = "redis")]
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! # use mcp_scopes::{mcp_tool, scope_table};
//! # #[mcp_tool(risk = "low", policy(max_calls_per_session = 3))]
//! # fn write_file() {}
//! # scope_table! { static TOOLS = [write_file]; }
//! # let verifier = mcp_scopes_server::verifier_fn(|_| async { Err(mcp_scopes_server::TokenError::invalid("")) });
//! use mcp_scopes_server::{ResourceServer, policies::RedisStore};
//!
//! let store = RedisStore::connect("rediss://sessions.example.com").await?;
//! let server = ResourceServer::builder(&TOOLS)
//!     .resource("https://files.example.com/mcp")
//!     .authorization_server("https://auth.example.com")
//!     .verifier(verifier)
//!     .policy_store(store)
//!     .build()
//!     .await?;
//! # let _ = server;
//! # Ok(()) }
//! ```
//!
//! While the store cannot be reached, calls that need a session are answered with 503 and `Retry-After`: of tools that state a policy, that a
//! pattern names, or that count in a limit of `[session]`; with a domain, all calls of tools that are not public. All others run.
//!
//! # What the layer cannot see
//!
//! - What a tool reads or writes besides its arguments and its answer. `max_file_size_mb` counts `blob` and `data` members in base64 and
//!   `data:` URLs in both. A tool that opens files compares their size with [`Caller::max_file_size`](mcp_scopes::Caller::max_file_size).
//! - Which call an answer belongs to that is not on the stream of its request. So a stream that answers a call of a tool with
//!   `max_file_size_mb` has no event ids, and cannot be replayed after a lost connection; and a task as the answer of such a tool is replaced by
//!   a denial.
//! - Files in text, such as base64 in a sentence.
//! - Paths that a tool makes from parts, and links in a file system. Globs are compared with each string in the arguments.
//! - Which tool a task is a call of. So `tasks/update`, which gives a task more input, is refused if a tool of the table has conditional scopes,
//!   globs, a limit for files or a rule about approvals. Let a tool ask with a result that requires input: the next call has the answer.
//! - Responses to requests that the server itself sends before 2026-07-28, such as `elicitation/create`. A tool checks what it takes from them.
//! - What a caller does in another program, or as another subject.
//! - `_meta` in the parameters of a call. It is neither compared with globs nor part of what an approval is for: a tool must not take instructions from it.
//!
//! | module | holds |
//! |---|---|
//! | `engine` | the decision about a body |
//! | `calls` | the calls of a body, as the engine reads them; `arguments` their string values |
//! | `conditions` | which conditional scopes a call needs |
//! | `answers` | what a caller is told |
//! | `approval` | the forms of approval: what is asked for, and what counts |
//! | `approver` | [`Approver`] |
//! | `bound` | the call that an approval is about, and who makes it; `canonical` one form for equal arguments |
//! | `files` | the size of files in answers |
//! | `elicitation` | what the client asks its user, and the sealed state of the question |
//! | `process` | the same without HTTP, where one process is one session |
//! | `sessions` | what an operator sees |
//! | `store` | where sessions are kept |
//! | `tasks` | input for tasks, which cannot be compared |

mod answers;
mod approval;
mod approver;
mod arguments;
mod bound;
mod calls;
mod canonical;
pub(crate) mod conditions;
pub(crate) mod elicitation;
mod engine;
pub(crate) mod files;
pub(crate) mod process;
mod sessions;
pub(crate) mod store;
pub(crate) mod tasks;

#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub use mcp_scopes_policies::{RedisStore, RedisStoreBuilder};
pub use mcp_scopes_policies::{SessionHolder, SessionView, StoreError, StoreErrorKind, answer::DENIAL_META};

pub(crate) use self::{answers::LARGE_FILE, approver::DynApprover, engine::PolicyEngine};
pub use self::{
    answers::PolicyAnswers,
    approver::{ApprovalQuery, Approver, ApproverAnswer},
    sessions::PolicySessions,
};
