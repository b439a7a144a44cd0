//! The requests of each topic.

pub(crate) mod conformance;
pub(crate) mod discovery;
pub(crate) mod issuers;
pub(crate) mod misuse;
pub(crate) mod talk;
pub(crate) mod tokens;
