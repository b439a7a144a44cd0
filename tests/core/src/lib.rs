//! Support of the suites of the core: a naive oracle of the scope table, and the properties that both share.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "used by tests only, which may panic")]
#![allow(clippy::must_use_candidate, clippy::missing_panics_doc, reason = "used by tests only")]

pub mod agree;
pub mod naive;
pub mod spec;
pub mod tokens;
