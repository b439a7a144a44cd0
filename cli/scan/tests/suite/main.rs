//! The results of a scan under different conditions, and its findings for malformed source.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod conditions;
mod parameters;
mod robust;
mod scan;
mod support;
