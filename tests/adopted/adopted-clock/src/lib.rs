//! The tools of a clock.

pub mod server;
