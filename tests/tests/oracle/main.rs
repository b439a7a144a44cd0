//! The scope table against a naive oracle: random tables, hierarchies, requirements and tokens.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect, also in what its functions share"
)]

mod agree;
mod facts;
mod made;
mod naive;
mod random;
mod stated;
mod tokens;
