//! The scope table against a naive oracle: random tables, hierarchies, requirements and tokens.

mod agree;
mod facts;
mod made;
mod naive;
mod random;
mod stated;
mod tokens;
