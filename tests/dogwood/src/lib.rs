//! The policy engine against the interpreter of [Dogwood](https://dogwood-policy.github.io/dogwood/): two implementations that share no code.
//!
//! Dogwood is Cedar with conditions on earlier events: `formerly`, `since`, `count`. [`translation`] writes the policies of a table in that
//! language. The test `decisions` runs random traces through both, and compares decision, reason and effect. The example `ratio` prints how long a
//! decision takes in each.
//!
//! The crate `dogwood-language` has the license Apache-2.0. It was first published in August 2026, and its authors call the interpreter a
//! reference, not meant for production. So it is an oracle here, and no dependency of the product.
//!
//! | module | holds |
//! |---|---|
//! | [`translation`] | the policies of a table as Dogwood |
//! | [`rules`] | the policy of ours that a rule of Dogwood comes from, and decisions |
//! | [`interpreter`] | the authorizer of Dogwood, fed with our calls |
//! | [`host`] | one caller: the history, and the decision on all calls of a body |
//!
//! # What Dogwood cannot state, and what is left out
//!
#![doc = include_str!("limits.md")]

pub mod host;
pub mod interpreter;
pub mod rules;
pub mod translation;

/// What Dogwood cannot state, and what is left out, as a table in Markdown.
pub const LIMITS: &str = include_str!("limits.md");
