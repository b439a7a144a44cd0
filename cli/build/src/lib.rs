//! The metadata document of an MCP server, written by its build script.

pub use mcp_scopes_scan::{Emitted, Error, ErrorKind, Export, Finding, Level, Report, Scan};
