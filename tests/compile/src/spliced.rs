//! A table of another crate, for tables that splice it.

use mcp_scopes::{mcp_tool, mcp_tools, scope_table};

/// Start it
#[mcp_tool(scope = "remote:start", risk = "medium")]
fn remote_start() {}

/// A server in another crate.
#[derive(Debug)]
pub struct Remote;

#[mcp_tools]
impl Remote {
    /// Stop it
    #[mcp_tool(scope = "remote:stop", risk = "high")]
    const fn remote_stop() {}
}

scope_table! {
    /// What this crate serves.
    pub static TOOLS = [remote_start, Remote::*];
}
