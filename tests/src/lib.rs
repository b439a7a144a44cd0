//! Suites over the whole workspace; everything is under `tests/`. Here is [`spliced`], a table for those that splice one of
//! another crate.

/// The README's quick start is a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

pub mod spliced;
