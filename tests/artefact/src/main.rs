//! A program that does not use its table, linked with removal of unused sections.
#![forbid(unsafe_code)]
#![deny(warnings)]

use mcp_scopes::{mcp_tool, scope_table};

/// Reads a file
#[mcp_tool(scope = "files:read", risk = "low")]
pub fn read_file(path: &str) -> usize {
    path.len()
}

scope_table! {
    /// All of it.
    pub static TOOLS = [read_file];
}

fn main() {}
