//! A fixture of the rule `near-duplicate-scope`: it stays silent.

use mcp_scopes::{mcp_tool, scope_table};

/// Do read file
#[mcp_tool(risk = "low", scope = "files:read")]
pub fn read_file() {}

/// Do write file
#[mcp_tool(risk = "low", scope = "files:write")]
pub fn write_file() {}

/// Do ask one
#[mcp_tool(risk = "low", scope = "model1:use")]
pub fn ask_one() {}

/// Do ask two
#[mcp_tool(risk = "low", scope = "model2:use")]
pub fn ask_two() {}

/// Do get x
#[mcp_tool(risk = "low")]
pub fn get_x() {}

/// Do set x
#[mcp_tool(risk = "low")]
pub fn set_x() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [read_file, write_file, ask_one, ask_two, get_x, set_x];
}
