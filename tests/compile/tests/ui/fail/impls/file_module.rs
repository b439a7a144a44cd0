//! file-module

use mcp_scopes::mcp_tools;

#[mcp_tools]
mod shell;

fn main() {}
