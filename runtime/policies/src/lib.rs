//! The policy engine: decides on calls of MCP tools beyond scopes, by order, count, time, arguments and approval.
//!
//! [`Rules::compile`] reads what a scope table states. For each call the server makes a [`Call`] from its arguments. One [`Session`] per caller
//! holds what happened so far. [`Rules::decide`] reads and changes it, for all calls of a body at once. [`MemoryStore`] keeps sessions in
//! memory, and `RedisSessions` (feature `redis`) in Redis or Valkey. [`Rules::explain`] turns a denial into a sentence that a model can act on.
//!
//! `mcp-scopes-server` uses it in its feature `policies`. Without the feature `redis` the package does no I/O and reads no clock.
//! `docs/decisions/099-policy-engine.md` says why it is built this way.
//!
//! | module | holds |
//! |---|---|
//! | [`settings`] | what a deployment adds to the table: session limits, rules by risk, forms of approval |
//! | [`rules`] | [`Rules`]: the compiled form; `compile` makes it, [`problem`] has its errors |
//! | [`conditions`] | [`Conditions`]: which conditional scopes a call needs |
//! | [`matcher`] | [`Call`]: which patterns a call matches; `glob`, `normal` and `size` read its arguments |
//! | [`session`] | [`Session`]: the state of one caller; [`packed`]: its form in a store |
//! | [`decide`] | the decision; [`decision`]: its types |
//! | [`answer`] | sentences and structured answers |
//! | [`memory`] | [`MemoryStore`] |
//! | `redis` | `RedisStore` and `RedisSessions`, with the feature `redis`: the same decisions in a script |
//! | [`store_error`] | [`StoreError`]: why a shared store cannot decide |
//! | [`key`] | [`SessionKey`], and the keyed hash of arguments |
//! | [`used`] | [`ApprovalId`]: approvals that count once |

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod answer;
mod batch;
mod compile;
pub mod conditions;
pub mod decide;
pub mod decision;
mod glob;
pub mod key;
pub mod matcher;
pub mod memory;
mod name;
mod normal;
pub mod packed;
pub mod problem;
#[cfg(feature = "redis")]
pub mod redis;
pub mod rules;
pub mod session;
pub mod settings;
mod size;
pub mod store_error;
pub mod time;
pub mod used;

#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub use self::redis::{RedisSessions, RedisStore, RedisStoreBuilder};
pub use answer::Answer;
pub use conditions::{ConditionReader, Conditions, ToolConditions};
pub use decide::Facts;
pub use decision::{ApprovalRequest, Decision, Denial, Reason, Reauthentication};
pub use key::{ArgumentHasher, SessionHolder, SessionKey};
pub use matcher::{Call, CallReader, Evidence};
pub use memory::{Full, MemoryStore};
pub use problem::{CompileError, Problem};
pub use rules::{Rules, Subject, ToolNumber};
pub use session::{Session, SessionView};
pub use settings::{Domain, RiskRule, SessionLimits, Settings};
pub use size::file_size;
pub use store_error::{StoreError, StoreErrorKind};
pub use time::Timestamp;
pub use used::{ApprovalId, UsedApprovals};
