//! The scope table compared with a naive oracle, for random tables, hierarchies, requirements and tokens.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests may panic")]

mod agree;
mod facts;
mod made;
mod naive;
mod random;
mod stated;
mod tokens;
