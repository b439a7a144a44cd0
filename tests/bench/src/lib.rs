//! The servers that the benches measure. They are written by the build script.

/// A tool's number, and how many of these grants its constant handle lets pass.
pub type Check = (usize, fn(&[&mcp_scopes::Grant]) -> usize);

include!(concat!(env!("OUT_DIR"), "/servers.rs"));
