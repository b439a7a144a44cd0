//! Tests of the audit trail, as a server and an operator use it.
//!
//! | module | holds |
//! |---|---|
//! | `events` | events with and without values |
//! | `json_lines`, `ocsf`, `tracing` | the forms of events |
//! | `chain` | each change of a file is found |
//! | `file` | rotation, restarts, damaged files |
//! | `queue` | full queues, reserved places, counts, failed writes |
#![expect(clippy::unwrap_used, reason = "tests may panic")]

mod chain;
mod events;
mod file;
mod json_lines;
mod ocsf;
mod queue;
mod tracing;
