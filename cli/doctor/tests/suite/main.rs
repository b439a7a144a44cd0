//! Broken servers, one fault each, and sound ones.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::result_large_err,
    reason = "tests may panic, and their servers answer with whole responses"
)]

mod conformance;
mod faults;
mod hostile;
mod layer;
mod records;
mod requests;
mod server;
mod sound;
mod support;
mod tls;
