//! Shared by the fuzz targets of the resource server. The oracles use no code of the crates under test.
//!
//! | module | holds |
//! |---|---|
//! | [`json`] | a JSON tree that keeps every member, including duplicates |
//! | [`server`] | a server with a few tools, its tokens, and the tools that each token opens |
//! | [`transport`] | bodies in chunks, and requests that are polled without a runtime |

pub mod json;
pub mod server;
pub mod transport;
