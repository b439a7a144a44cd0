//! The grammar.

pub mod ir;
