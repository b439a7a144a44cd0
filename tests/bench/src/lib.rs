//! The servers that the benches measure. They are written by the build script.

/// A tool's number, and how many of the grants that these tokens have its constant handle lets pass.
pub type Check = (usize, fn(&[mcp_scopes::Grant], &[u16]) -> usize);

include!(concat!(env!("OUT_DIR"), "/servers.rs"));
