//! A fixture of the rule `annotation-in-macro`: it fires.

use mcp_scopes::{mcp_tool, scope_table};

/// List files
#[mcp_tool(risk = "low")]
pub fn list_files() {}

scope_table! {
    /// Everything.
    pub static TOOLS = [list_files];
}

macro_rules! tools {
    ($name:ident) => {
        #[mcp_tool(risk = "low")]
        pub fn $name() {}
    };
}

tools!(generated);
