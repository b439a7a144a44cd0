//! Tests of the policy engine.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod answers;
mod compile;
mod conditions;
mod decide;
mod memory;
mod naive;
mod naive_matcher;
mod oracle;
mod packed;
mod patterns;
mod random;
mod random_tables;
mod recorded;
#[cfg(feature = "redis")]
mod redis;
mod support;
