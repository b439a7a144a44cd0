//! End-to-end tests: both servers as processes, over HTTP on loopback.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod approval;
mod authorization;
mod clients;
mod conformance;
mod domain;
mod process;
mod profiles;
mod program;
mod replicas;
mod rmcp_client;
mod scanner;
mod sdk_servers;
