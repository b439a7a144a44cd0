//! The rules on fixtures, documents, examples and programs; suppression comments.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at what it did not expect"
)]

mod cases;
mod corpus;
mod documents;
mod examples;
mod programs;
mod rules;
mod servers;
mod shared;
mod suppression;
mod transports;
