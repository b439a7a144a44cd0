//! The rules on their fixtures, on documents, on our examples and on programs; what comments allow.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at what it did not expect"
)]

mod corpus;
mod documents;
mod examples;
mod programs;
mod rules;
mod suppression;
