//! Test suites for the whole workspace, in `tests/`. The library contains [`spliced`], a table of another crate to
//! splice.

pub mod spliced;
