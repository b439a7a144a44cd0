//! Write the authorization metadata of an MCP server from its build script.
//!
//! | module | holds |
//! |---|---|
//! | `emit` | [`Scan`]: the package to scan; [`Emitted`]: the written document |
//!
//! `mcp-scopes-scan` scans the source. It runs no other program and applies no lint rule.
//!
//! # Examples
//! ```no_run
//! // build.rs; then `include_str!(concat!(env!("OUT_DIR"), "/protected-resource-metadata.json"))`
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     mcp_scopes_build::Scan::new(".").emit()?;
//!     Ok(())
//! }
//! ```

mod emit;

pub use emit::{Emitted, FILE_NAME, Scan};
pub use mcp_scopes_scan::{Error, ErrorKind, Export, Finding, Level, Report};
