//! The `mcp-scopes` binary.

fn main() {}
