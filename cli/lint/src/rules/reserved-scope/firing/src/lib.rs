//! A fixture of the rule `reserved-scope`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// See who is logged in
#[mcp_tool(risk = "low", scope = "profile")]
pub fn who_am_i() {}

/// Sync in the background
#[mcp_tool(risk = "low", scope = all("files:read", "offline_access"))]
pub fn sync_files() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [who_am_i, sync_files];
}
