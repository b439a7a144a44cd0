//! The scope table compared with a naive oracle, for random tables, hierarchies, requirements and tokens.

mod facts;
mod made;
mod random;
