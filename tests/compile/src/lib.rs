//! Suites of what the compiler says, in `tests/`. The library contains [`spliced`], a table of another crate to splice.

pub mod spliced;
