//! Tools of the shell.

#[mcp_scopes::mcp_tool(risk = "low")]
pub fn who() {}
