//! The program as a user runs it: commands, outputs, exit codes, fixes, pages, malformed input, distribution.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod accept;
mod audit;
mod changes;
mod commands;
mod distribution;
mod docs;
mod doctor;
mod findings;
mod fix;
mod init;
mod output;
mod reference;
mod release;
mod reserved;
#[cfg(unix)]
mod robust;
mod schemas;
#[cfg(feature = "redis")]
mod session;
mod simulate;
mod support;
mod terminal;
mod token;
mod workspace;
