//! Tests of the examples as a whole (in `tests`) and of the README.

/// Runs the programs in the README as doctests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
