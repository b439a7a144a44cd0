//! Tools of the shell.

/// Tell who is logged in
#[mcp_scopes::mcp_tool(risk = "low")]
pub fn who() {}
