//! Tests of the examples as a whole, in `tests`, and the README.

/// The README's programs are tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
