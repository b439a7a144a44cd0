//! The attribute macros of `mcp-scopes`.
