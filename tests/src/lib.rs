//! Suites over the whole workspace; everything is under `tests/`.

pub mod spliced;
