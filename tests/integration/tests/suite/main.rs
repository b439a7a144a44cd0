//! What holds across crates: documents, records and pages of examples and fixtures, and the claims of the README.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

mod artefact;
mod golden;
mod language;
mod overview;
mod page;
mod parity;
mod readme;
