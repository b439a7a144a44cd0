//! The layer in front of the Rust SDKs for MCP.
//!
//! | module | holds |
//! |---|---|
//! | [`tools`] | the tools, written once; each server calls the same functions |
//! | [`tokens`] | test tokens that name the caller |
//! | [`servers`] | the same server on each SDK, and without one |
//! | [`conformance`] | a server for the official conformance suite |
//!
//! `tests/suite` checks that all of them give the same responses. `tests/conformance.rs` runs the official suite.

pub mod conformance;
pub mod servers;
pub mod tokens;
pub mod tools;
