//! Tests of the client.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod challenges;
mod client;
mod discovery;
mod http;
mod logins;
mod plan;
mod renewals;
mod rmcp;
mod step_up;
mod termination;
