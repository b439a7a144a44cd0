//! The handler.

use mcp_scopes::{mcp_tool, mcp_tools};
use rmcp::{ServerHandler, tool, tool_handler, tool_router};

/// The clock.
#[derive(Clone, Debug)]
pub struct Clock;

#[mcp_tools]
#[tool_router]
impl Clock {
    /// Hours and minutes in the time zone of the caller
    #[mcp_tool(scope = "tell_time", risk = "low")]
    #[tool(annotations(read_only_hint = true))]
    async fn tell_time(&self) -> String {
        "noon".to_owned()
    }

    /// Turn the hands to another hour
    #[mcp_tool(scope = "adjust", risk = "medium")]
    #[tool(annotations(destructive_hint = false))]
    async fn adjust(&self) -> String {
        "adjusted".to_owned()
    }
}

#[tool_handler]
impl ServerHandler for Clock {}

mcp_scopes::scope_table! {
    /// The tools of this server, and the scopes that open them.
    pub static TOOLS = [Clock::*] with "mcp-scopes.toml";
}
