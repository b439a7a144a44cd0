//! The whole of it, as its users have it: both servers as processes, over HTTP on this machine.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at what it did not expect, in its functions too"
)]

mod authorization;
mod clients;
mod program;
mod rmcp_client;
mod scanner;
