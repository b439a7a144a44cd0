//! Every rule. Each is a folder here, named by its id: `rule.rs`, `docs.md`, fixtures. `build.rs` lists them.
//!
#![doc = include_str!("coverage.md")]

use crate::lint::rule::Rule;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));
