//! The layer in front of the Rust SDKs for MCP.
//!
//! | module | holds |
//! |---|---|
//! | [`tools`] | the tools, written once; each server calls the same functions |
//! | [`tokens`] | who calls, by tokens that are names |
//! | [`servers`] | the same server on each SDK, and on none |
//! | [`conformance`] | a server for the official conformance suite |
//!
//! The suite that holds all of them to the same answers is `tests/suite`; `tests/conformance.rs` runs the official one.

pub mod conformance;
pub mod servers;
pub mod tokens;
pub mod tools;
