//! Suites over the whole workspace; everything is under `tests/`. Here is [`spliced`], a table for those that splice one of
//! another crate.

pub mod spliced;
