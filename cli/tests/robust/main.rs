//! Input that nobody meant, given to each command that reads it: there is a finding or an error, in bounded time and memory,
//! and never a panic.
//!
//! | module | holds |
//! |---|---|
//! | `place` | a folder with a sound server in it, and how commands are run there |
//! | `documents` | metadata documents, lock files, baselines and whatever else is read as text |
//! | `sources` | packages: Rust, TOML and JSON in them |
//! | `programs` | programs that are damaged |
//! | `limits` | how deep input may nest on a small stack, and which names it may not hold |
//! | `files` | links, pipes, devices, folders that cannot be read, files that vanish |
//! | `streams` | where the output goes: full disks, closed pipes, terminals |
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at what it did not expect"
)]

mod documents;
mod files;
mod limits;
mod place;
mod programs;
mod sources;
mod streams;
