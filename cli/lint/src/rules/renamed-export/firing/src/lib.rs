//! A fixture of the rule `renamed-export`: it fires.

pub use mcp_scopes::mcp_tools as group;
use mcp_scopes::{mcp_tool, scope_table};

/// List files
#[mcp_tool(risk = "low")]
pub fn list_files() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files];
}
