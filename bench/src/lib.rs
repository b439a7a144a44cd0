//! The servers that the benches measure. The build script generates them.

/// A tool's number, and the number of given grants that its constant handle admits.
pub type Check = (usize, fn(&[&mcp_scopes::Grant]) -> usize);

include!(concat!(env!("OUT_DIR"), "/servers.rs"));
