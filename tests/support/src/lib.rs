//! What the tests of several crates share.
#![allow(clippy::unwrap_used, clippy::panic, reason = "used by tests only, which may panic")]
#![allow(clippy::missing_panics_doc, clippy::must_use_candidate, reason = "used by tests only")]

pub mod containers;
pub mod folder;
pub mod redis;

pub use folder::{Folder, manifest};
