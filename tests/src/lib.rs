//! Suites over the whole workspace; everything is under `tests/`.

/// The README's quick start is a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

pub mod spliced;
