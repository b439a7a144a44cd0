//! What holds across crates: documents, records and pages of examples and fixtures, and the claims of the README.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod adopted;
mod artefact;
mod authorization_server;
mod golden;
mod language;
mod overview;
mod page;
mod parity;
mod readme;
mod rmcp_parameters;
